using System.Diagnostics;

namespace PacketPath.Labs.Tests;

/// <summary>Looks at the host from outside the labs.</summary>
internal static class HostState
{
    /// <summary>What the tools say about the host's own namespace.</summary>
    public static string Snapshot() => Run(
        "sh",
        "-c",
        "ip link; ip address | sed 's/valid_lft [0-9]*sec preferred_lft [0-9]*sec//'; ip -4 route show table all; ip -6 route show table all | sed 's/expires [0-9]*sec//'; "
        + "ip -4 rule; ip -6 rule; nft list ruleset; sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding");

    /// <summary>The processes inside a namespace.</summary>
    public static string[] ProcessesIn(string netNamespace) =>
        Run("ip", "netns", "pids", netNamespace).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static string Run(string tool, params string[] arguments)
    {
        var info = new ProcessStartInfo(tool) { RedirectStandardOutput = true };
        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        using var process = Process.Start(info)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text;
    }
}
