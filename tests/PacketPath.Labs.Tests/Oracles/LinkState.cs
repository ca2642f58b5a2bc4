namespace PacketPath.Labs.Tests.Oracles;

/// <summary>Waits for what the kernel does in its own time.</summary>
internal static class LinkState
{
    /// <summary>Waits until an interface has noticed that its carrier is gone, and its routes too.</summary>
    public static void WaitForNoCarrier(LabNetwork network, string node, string name)
    {
        var seen = "";
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    seen = network.MustExec(node, $"ip -o link show {name}; echo; ip route show dev {name}; echo; ip -6 route show dev {name}").Output;
                    var parts = seen.Split("\n\n");
                    return parts[0].Contains("NO-CARRIER", StringComparison.Ordinal) && parts[1].Contains("linkdown", StringComparison.Ordinal) && parts[2].Contains("linkdown", StringComparison.Ordinal);
                },
                TimeSpan.FromSeconds(10)),
            $"{name} still has carrier: {seen}");
    }
}
