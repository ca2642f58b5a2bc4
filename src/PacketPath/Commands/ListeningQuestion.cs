using System.Management.Automation;
using System.Net;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Targets;
using PacketPath.Tracing;

namespace PacketPath.Commands;

/// <summary>Trace-PacketPath -Listening: reads its parameters and writes one trace for each address and port.</summary>
internal sealed class ListeningQuestion(TracePacketPathCommand command, NetworkNamespace networkNamespace, CancellationToken stop)
{
    private AddressFamily? Family => command.IPv4 == command.IPv6 ? null : command.IPv4 ? AddressFamily.IPv4 : AddressFamily.IPv6;

    /// <summary>Asks about each port.</summary>
    public void Ask(IReadOnlyList<int> ports)
    {
        using var expander = new SynTargetExpander(networkNamespace, command.InterfaceAlias);
        if (!TryPeer(expander, out var peer))
        {
            return;
        }

        using var tracer = new ListeningTracer(networkNamespace, stop);
        foreach (var (name, address) in Addresses(expander))
        {
            if (peer is not null && address is not null && address.AddressFamily != peer.AddressFamily)
            {
                command.WriteProblem(
                    new ArgumentException($"{peer} cannot connect to '{name}': it is of the other family."), "SourceFamilyMismatch", ErrorCategory.InvalidArgument, name, "Give a -From of the address's family.");
                continue;
            }

            foreach (var port in ports)
            {
                command.Write(tracer.Trace(new ListeningTarget(name, address, port, peer, command.InterfaceAlias) { Protocol = command.Protocol.Equals("Tcp", StringComparison.OrdinalIgnoreCase) ? TransportProtocol.Tcp : TransportProtocol.Udp }));
            }
        }
    }

    private IEnumerable<(string Name, IPAddress? Address)> Addresses(SynTargetExpander expander)
    {
        if (command.TargetName.Length == 0)
        {
            yield return ("", null);
        }

        foreach (var name in command.TargetName)
        {
            IReadOnlyList<IPAddress> addresses = [];
            try
            {
                addresses = expander.Expand(name, Family, stop);
            }
            catch (TargetException failure)
            {
                Complain(failure, name);
            }

            foreach (var address in addresses)
            {
                yield return (name, address);
            }
        }
    }

    private bool TryPeer(SynTargetExpander expander, out IPAddress? peer)
    {
        peer = null;
        try
        {
            peer = command.From is null ? null : expander.Source(command.From);
            return true;
        }
        catch (TargetException failure)
        {
            command.WriteProblem(failure, "SourceAddressInvalid", ErrorCategory.InvalidArgument, command.From, "Give -From the address of a client.");
            return false;
        }
    }

    private void Complain(TargetException failure, string name) => command.WriteProblem(
        failure, "Target" + failure.Problem, failure.Problem == TargetProblem.Malformed ? ErrorCategory.InvalidArgument : ErrorCategory.ObjectNotFound, name, failure.Advice);
}
