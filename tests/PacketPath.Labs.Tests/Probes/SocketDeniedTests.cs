using System.Net;
using System.Net.Sockets;
using PacketPath.Diagnosis;
using PacketPath.HostState;
using PacketPath.Probes;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>A security module that forbids connect() is told from a firewall and from a route that prohibits.</summary>
public sealed class SocketDeniedTests
{
    [LandlockTheory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void AForbiddenConnectIsNamed(string loopback)
    {
        using var listener = new TcpListener(IPAddress.Parse(loopback), 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var forbidden = SandboxedThread.Run(() => Attempt(loopback, port));
        Assert.Equal((SynOutcome.LocalError, "EACCES", "connect"), (forbidden.Outcome, forbidden.SocketError, forbidden.FailedCall));
        var verdict = Resolver.Resolve([forbidden]).First();
        Assert.Equal(("SocketDenied", PathLayer.Socket, Confidence.Proven), (verdict.FaultId, verdict.Layer, verdict.Confidence));
        Assert.DoesNotContain(verdict.RuledOut, cleared => cleared.Layer == PathLayer.Socket);

        // The same attempt beside it, from a thread that is free.
        Assert.Equal(SynOutcome.Open, Attempt(loopback, port).Outcome);
    }

    private static SynPathResult Attempt(string loopback, int port)
    {
        using var here = NetworkNamespace.Open(null);
        var options = new SynProbeOptions { Namespace = here, Timeout = TimeSpan.FromSeconds(5), Capture = false };
        return SynProbe.Run(options, [new SynTarget(loopback, IPAddress.Parse(loopback), port)]).Single();
    }
}

/// <summary>A theory that needs Landlock's rules for TCP.</summary>
public sealed class LandlockTheoryAttribute : TheoryAttribute
{
    public LandlockTheoryAttribute() => Skip = SandboxedThread.Missing;
}
