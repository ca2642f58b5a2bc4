using System.Globalization;
using System.Net;
using PacketPath.Targets;

namespace PacketPath.Probes;

/// <summary>Host and port as they stand in URIs and in CONNECT: an IPv6 address in brackets.</summary>
internal static class HostPort
{
    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>[address]:port</c> or a bare IPv6 address.</summary>
    /// <param name="text">What to read.</param>
    /// <param name="shown">What errors show of the text around it.</param>
    /// <param name="defaultPort">The port where none is written.</param>
    /// <exception cref="TargetException">It is none of these.</exception>
    public static (Target Host, int Port) Split(string text, string shown, int defaultPort)
    {
        var host = text;
        var port = defaultPort;
        var colon = text.LastIndexOf(':');
        var isBare6 = text.IndexOf(':') != colon && !text.StartsWith('[');
        if (colon >= 0 && !isBare6 && !text.EndsWith(']'))
        {
            host = text[..colon];
            if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)
            {
                throw new TargetException(TargetProblem.Malformed, shown, $"'{shown}' has no port from 1 to 65535 behind its host.", "Write host:port, for example example.com:443.");
            }
        }

        try
        {
            return (TargetParser.Parse(host), port);
        }
        catch (TargetException inner)
        {
            throw new TargetException(TargetProblem.Malformed, shown, host.Length == 0 ? $"'{shown}' names no host." : $"'{shown}' names no host, but something that is neither a name nor an address.", inner.Advice);
        }
    }

    /// <summary>Host and port in one text.</summary>
    public static string Text(string host, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{(host.Contains(':') ? $"[{host}]" : host)}:{port}");

    /// <summary>The host as CONNECT names it: a name in ASCII, or an address.</summary>
    public static string Name(Target host) => host.HostName ?? Plain(host.Address!).ToString();

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
