using PacketPath.HostState;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>Turns the flow parameters of Get-FirewallHook into flows: one for each address of the destination.</summary>
internal static class FlowQuestion
{
    /// <summary>The flows asked about; null where none was, empty where the destination cannot be read.</summary>
    public static FirewallFlow[]? Ask(GetFirewallHookCommand command, NetworkNamespace networkNamespace, CancellationToken stop)
    {
        if (command.Destination is null)
        {
            return null;
        }

        try
        {
            var target = TargetParser.Parse(command.Destination);
            var source = string.IsNullOrEmpty(command.Source) ? null : TargetParser.Parse(command.Source).Address?.ToString()
                ?? throw new TargetException(TargetProblem.Malformed, command.Source, $"'{command.Source}' is not an address.", "Give the source as an address.");
            var addresses = target.Address is { } address ? [address] : new TargetResolver(networkNamespace).Resolve(target, null, stop);
            return [.. addresses.Select(found => Flow(command, found.ToString(), source))];
        }
        catch (TargetException problem)
        {
            command.WriteTargetProblem(problem);
            return [];
        }
    }

    private static FirewallFlow Flow(GetFirewallHookCommand command, string destination, string? source) => new()
    {
        Direction = command.Direction,
        Destination = destination,
        Source = source,
        Protocol = command.Protocol == TransportProtocol.Any && command.Port != 0 ? TransportProtocol.Tcp : command.Protocol,
        DestinationPort = command.Port == 0 ? null : command.Port,
        SourcePort = command.SourcePort == 0 ? null : command.SourcePort,
        InputInterface = string.IsNullOrEmpty(command.InputInterface) ? null : command.InputInterface,
        OutputInterface = string.IsNullOrEmpty(command.OutputInterface) || command.Direction == FlowDirection.Input ? null : command.OutputInterface,
        Uid = command.Uid,
        ConntrackState = command.ConntrackState,
    };
}
