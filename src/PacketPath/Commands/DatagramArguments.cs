using System.Management.Automation;

namespace PacketPath.Commands;

/// <summary>What goes with -Protocol Udp of Trace-PacketPath, and what does not.</summary>
internal static class DatagramArguments
{
    /// <summary>What is wrong with the parameters given; null where they fit together.</summary>
    public static ErrorRecord? Wrong(TracePacketPathCommand cmdlet)
    {
        var given = cmdlet.MyInvocation.BoundParameters;
        if (!cmdlet.IsUdp)
        {
            return given.ContainsKey(nameof(cmdlet.Payload))
                ? Problem("-Payload is a datagram's, and TCP was asked for.", "Add -Protocol Udp, or leave -Payload out.", "PayloadWithoutUdp", cmdlet.Protocol)
                : null;
        }

        foreach (var (name, value, advice) in new (string, object?, string)[]
        {
            (nameof(cmdlet.ServerName), cmdlet.ServerName, "For a QUIC handshake over UDP use -Protocol Quic; else leave -ServerName out."),
            (nameof(cmdlet.Proxy), cmdlet.Proxy, "Leave -Proxy out: a proxy is asked for a tunnel over TCP."),
            (nameof(cmdlet.QueryName), cmdlet.QueryName, "Leave -Protocol out: a DNS question is asked over UDP and TCP by itself."),
            (nameof(cmdlet.TrustedCertificate), cmdlet.TrustedCertificate, "Leave -TrustedCertificate out: no certificate is asked for."),
        })
        {
            if (given.ContainsKey(name))
            {
                return Problem($"-{name} does not go with -Protocol Udp.", advice, "NotWithUdp", value);
            }
        }

        return given.ContainsKey(nameof(cmdlet.Port)) || cmdlet.MyInvocation.ExpectingInput ? null
            : Problem("-Protocol Udp needs a port.", "Give -Port: a service of UDP has no usual one. For HTTP/3 on port 443 use -Protocol Quic.", "PortMissing", cmdlet.Protocol);
    }

    private static ErrorRecord Problem(string message, string advice, string id, object? target) => new(new ArgumentException(message), id, ErrorCategory.InvalidArgument, target)
    {
        ErrorDetails = new ErrorDetails(message) { RecommendedAction = advice },
    };
}
