using System.Globalization;

namespace PacketPath.HostState.Conntrack;

/// <summary>The conntrack sysctls of the calling thread's namespace.</summary>
internal static class ConntrackSettings
{
    private const string Prefix = "nf_conntrack_";
    private const string Timeout = "_timeout";

    /// <summary>One number; null where it is not there or may not be read.</summary>
    public static long? Number(string name)
    {
        try
        {
            return long.TryParse(File.ReadAllText($"{ConntrackKernel.Settings}/{name}"), NumberStyles.AllowLeadingSign | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var value)
                ? value
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>One switch; null likewise.</summary>
    public static bool? Switch(string name) => Number(name) is { } value ? value != 0 : null;

    /// <summary>The timeouts, by protocol and name.</summary>
    public static ConntrackTimeout[] Timeouts()
    {
        try
        {
            return
            [
                .. from path in Directory.EnumerateFiles(ConntrackKernel.Settings, Prefix + "*" + Timeout + "*")
                   let name = Path.GetFileName(path)
                   let split = name.IndexOf(Timeout, StringComparison.Ordinal)
                   let protocol = name[Prefix.Length..split]
                   where protocol is not "frag6"
                   let seconds = Number(name)
                   where seconds is not null
                   orderby protocol, name
                   select new ConntrackTimeout
                   {
                       Protocol = protocol,
                       Phase = name[(split + Timeout.Length)..].TrimStart('_'),
                       Seconds = seconds.Value,
                       Setting = "net.netfilter." + name,
                   },
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
