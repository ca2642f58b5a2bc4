using System.Management.Automation;

namespace PacketPath.Commands;

/// <summary>The ports that Trace-PacketPath is asked for.</summary>
internal static class TracePorts
{
    /// <summary>The port of a target given without one.</summary>
    public const int Default = 443;

    /// <summary>The port of a name server given without one.</summary>
    public const int NameServer = 53;

    /// <summary>Each usable port once; what is no port is reported.</summary>
    public static IEnumerable<int> Of(TracePacketPathCommand cmdlet)
    {
        // Objects about a destination carry port 0 where none was asked.
        if (cmdlet.QueryName is not null && !cmdlet.MyInvocation.BoundParameters.ContainsKey(nameof(cmdlet.Port)))
        {
            yield return NameServer;
            yield break;
        }

        foreach (var port in cmdlet.Port.Distinct().Select(port => port == 0 && cmdlet.MyInvocation.ExpectingInput ? Default : port))
        {
            if (port is > 0 and <= 65535)
            {
                yield return port;
                continue;
            }

            cmdlet.WriteProblem(new ArgumentException($"{port} is not a port."), "PortOutOfRange", ErrorCategory.InvalidArgument, port, "Give a port from 1 to 65535.");
        }
    }
}
