using System.Management.Automation;
using PacketPath.Probes;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>What Test-ProxyConnect is asked: the tunnel, and the proxy of the user or the environment.</summary>
internal static class ProxyQuestion
{
    /// <summary>Where the tunnel is to end, through which proxy, and the variable that names it; what is wrong is reported.</summary>
    public static (TunnelTarget Tunnel, ProxyAddress Proxy, string? Variable)? Choose(TestProxyConnectCommand cmdlet, string text)
    {
        var wrong = "TargetMalformed";
        try
        {
            var tunnel = TunnelTarget.Parse(text);
            wrong = "ProxyMalformed";
            var choice = cmdlet.Proxy is null ? ProxyEnvironment.Choose(tunnel, Environment.GetEnvironmentVariable) : new ProxyChoice(ProxyAddress.Parse(cmdlet.Proxy), null);
            if (choice.Address is { } proxy)
            {
                return (tunnel, proxy, choice.Variable);
            }

            WriteNoProxy(cmdlet, tunnel, choice);
        }
        catch (TargetException failure)
        {
            cmdlet.WriteProblem(failure, wrong, ErrorCategory.InvalidArgument, failure.Target, failure.Advice);
        }

        return null;
    }

    private static void WriteNoProxy(TestProxyConnectCommand cmdlet, TunnelTarget tunnel, ProxyChoice choice)
    {
        if (choice.ExemptedBy is null)
        {
            cmdlet.WriteProblem(
                new ItemNotFoundException($"No proxy is given for '{tunnel.Text}', and none of {string.Join(", ", ProxyEnvironment.Variables(tunnel.Scheme))} is set."),
                "ProxyNotConfigured", ErrorCategory.ObjectNotFound, tunnel.Text, "Give -Proxy, for example -Proxy http://proxy.example.com:3128.");
            return;
        }

        cmdlet.WriteProblem(
            new InvalidOperationException($"'{tunnel.Text}' does not go through the proxy that {choice.Variable} names: {choice.ExemptedBy} exempts it by '{choice.ExemptedAs}'."),
            "ProxyNotUsed", ErrorCategory.InvalidOperation, tunnel.Text, "Reach it directly, with Test-SynPath; or give -Proxy to ask the proxy all the same.");
    }
}
