using PacketPath.Targets;

namespace PacketPath.Probes;

/// <summary>The proxy that the environment names for a target, by the rules of curl.</summary>
/// <param name="Address">The proxy; null where none is named.</param>
/// <param name="Variable">The variable that named it; null where none did.</param>
/// <param name="ExemptedBy">The variable that exempts the target; null where none does.</param>
/// <param name="ExemptedAs">That variable's entry.</param>
public sealed record ProxyChoice(ProxyAddress? Address, string? Variable, string? ExemptedBy = null, string? ExemptedAs = null);

/// <summary>Reads proxy settings out of environment variables. Pure: the variables are handed in.</summary>
public static class ProxyEnvironment
{
    /// <summary>The variables that could name a proxy for a scheme, in the order they are asked.</summary>
    public static IEnumerable<string> Variables(string scheme)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        var own = scheme + "_proxy";
        yield return own;

        // A web server hands its clients' Proxy header to its programs as HTTP_PROXY: that one is not believed.
        if (scheme != "http")
        {
            yield return own.ToUpperInvariant();
        }

        yield return "all_proxy";
        yield return "ALL_PROXY";
    }

    /// <summary>Chooses the proxy for a target.</summary>
    /// <param name="target">Where the tunnel is to end.</param>
    /// <param name="read">Gives a variable's value; null where it is not set.</param>
    /// <exception cref="TargetException">The variable that decides holds no proxy.</exception>
    public static ProxyChoice Choose(TunnelTarget target, Func<string, string?> read)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(read);
        var variable = Variables(target.Scheme).FirstOrDefault(name => !string.IsNullOrWhiteSpace(read(name)));
        var exempting = new[] { "no_proxy", "NO_PROXY" }.FirstOrDefault(name => !string.IsNullOrWhiteSpace(read(name)));
        if (variable is not null && exempting is not null && NoProxyList.Match(read(exempting)!, target.Host, target.Port) is { } entry)
        {
            return new ProxyChoice(null, variable, exempting, DisplayText.Clean(entry));
        }

        if (variable is null)
        {
            return new ProxyChoice(null, null);
        }

        try
        {
            return new ProxyChoice(ProxyAddress.Parse(read(variable)!), variable);
        }
        catch (TargetException wrong)
        {
            throw new TargetException(wrong.Problem, wrong.Target, $"The environment's {variable} names no proxy: {wrong.Message}", wrong.Advice);
        }
    }
}
