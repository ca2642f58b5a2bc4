using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.Tracing;

namespace PacketPath.Commands;

/// <summary>Follows a packet along its whole path, stage by stage, and names the one that stops it: one picture, one verdict.</summary>
[Cmdlet(VerbsDiagnostic.Trace, "PacketPath", DefaultParameterSetName = "Target")]
[OutputType(typeof(PacketTrace))]
public sealed partial class TracePacketPathCommand : HostCmdlet
{
    private readonly ConnectionQuestion _connections = new();
    private TraceSessions? _sessions;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        var trust = TlsArguments.Trust([.. TrustedCertificate.Select(GetUnresolvedProviderPathFromPSPath)], TrustedCertificate, out var unusable);
        if ((TlsArguments.WrongName([ServerName, ControlName]) ?? TlsArguments.WrongControl(ServerName, ControlName) ?? DnsArguments.Wrong(QueryName, QueryType) ?? unusable) is { } wrong)
        {
            ThrowTerminatingError(wrong);
        }

        if (DatagramArguments.Wrong(this) is { } unfit)
        {
            ThrowTerminatingError(unfit);
        }

        _sessions = new TraceSessions(this, StopToken, trust!);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is { } connection)
        {
            if (ConnectionQuestion.IsReceiver(connection))
            {
                _connections.Add(NetNamespace, connection);
            }
            else if (ConnectionQuestion.TryTarget(connection, this, out var target) && Deep)
            {
                _sessions!.Current()?.Add(target);
            }
            else if (target is not null)
            {
                _connections.Add(NetNamespace, connection);
            }

            return;
        }

        if (Listening)
        {
            Look(NetNamespace, () => new ListeningQuestion(this, OpenNamespace(), StopToken).Ask([.. TracePorts.Of(this)]));
            return;
        }

        if (_sessions!.Current() is not { } session)
        {
            return;
        }

        foreach (var text in TargetName)
        {
            session.AddAll(text, TracePorts.Of(this), Proxy, IPv4 == IPv6 ? null : IPv4 ? AddressFamily.IPv4 : AddressFamily.IPv6);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var place in _connections.Places)
        {
            Look(place, () => _connections.Answer(place, StopToken, Write));
        }

        _sessions!.Finish();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _sessions?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>True where datagrams are asked for.</summary>
    internal bool IsUdp => Protocol.Equals("Udp", StringComparison.OrdinalIgnoreCase);

    /// <summary>Looks at the host for a session; what cannot be looked at is reported.</summary>
    internal void TryLook(Action body) => Look(NetNamespace, body);

    /// <summary>Writes a trace, or what it was made from.</summary>
    internal void Write(PacketTrace trace) => WriteObject(PassThru ? trace.Evidence : trace, enumerateCollection: PassThru);
}
