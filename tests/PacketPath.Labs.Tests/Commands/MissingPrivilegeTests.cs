using PacketPath.Module.Tests.Shell;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>The module in a process that lacks something: it answers what it can, and says what is missing.</summary>
public class MissingPrivilegeTests
{
    private const string Problem = "ForEach-Object { \"$($_.FullyQualifiedErrorId) / $($_.Exception.Message) / $($_.ErrorDetails.RecommendedAction)\" }";

    [RootFact]
    public void WithoutTheCapabilityAnotherNamespaceIsAnErrorAndTheOwnIsNot()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        var ns = network.NamespaceOf("a");
        var run = ShellProcess.CommandUnder(
            ["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin"],
            $"Get-PacketRoute 127.0.0.1 -NetNamespace {ns} -ErrorAction SilentlyContinue -ErrorVariable route; $route | {Problem}; "
            + $"Test-SynPath 127.0.0.1 1 -NetNamespace {ns} -ErrorAction SilentlyContinue -ErrorVariable probe; $probe | {Problem}; "
            + "Get-PacketRoute 127.0.0.1 | ForEach-Object { \"route $($_.Outcome)\" }; Test-SynPath 127.0.0.1 1 | ForEach-Object { \"probe $($_.Outcome) $($_.CaptureStatus)\" }");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        foreach (var line in lines[..2])
        {
            Assert.StartsWith("NetNamespacePermissionDenied,", line);
            Assert.Contains($"'{ns}' may not be entered: CAP_SYS_ADMIN is missing.", line);
            Assert.Contains("sudo pwsh", line);
        }

        Assert.Equal(["route Usable", "probe Refused Complete"], lines[2..]);
    }

    [RootFact]
    public void AnOrdinaryUserSeesEverySocketAndIsToldWhatIsMissingOfIt()
    {
        using var listener = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listener.Listen(7);
        var port = ((System.Net.IPEndPoint)listener.LocalEndPoint!).Port;

        var run = ShellProcess.CommandUnder(
            ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "env", "HOME=/tmp"],
            $"Get-SocketEntry -LocalPort {port} -State Listen | ForEach-Object {{ \"$($_.AcceptQueueLimit) user $($_.UserId) process '$($_.OwningProcess)' mark '$($_.Mark)'\"; $_.NotObserved | ForEach-Object {{ \"$($_.What) / $($_.Why) / $($_.Remedy)\" }} }}; "
            + $"Get-SocketEntry -OwningProcess {Environment.ProcessId} -ErrorAction SilentlyContinue -ErrorVariable denied; $denied | {Problem}");

        Assert.Equal((0, ""), (run.Code, run.Error));
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.Equal("7 user 0 process '' mark ''", lines[0]);
        Assert.StartsWith("firewall mark / ", lines[1]);
        Assert.Contains("CAP_NET_ADMIN", lines[1]);
        Assert.StartsWith("owning process / ", lines[2]);
        Assert.Contains("CAP_SYS_PTRACE", lines[2]);
        Assert.StartsWith("ProcessNotReadable,", lines[3]);
        Assert.Contains("CAP_SYS_PTRACE", lines[3]);
    }

    [RootFact]
    public void WithoutLibpcapTheAnswerStandsOnTheErrorQueueAndTheRemedyIsTold()
    {
        var run = ShellProcess.CommandUnder(
            ["unshare", "--mount", "sh", "-c", "for file in /lib/*/libpcap.so* /usr/lib/*/libpcap.so*; do [ -e \"$file\" ] && mount --bind /dev/null \"$file\"; done; exec \"$@\"", "sh"],
            "Test-SynPath 127.0.0.1 1 | ForEach-Object { \"$($_.Outcome) $($_.CaptureStatus)\"; $_.NotObserved | ForEach-Object { \"$($_.Why) / $($_.Remedy)\" }; "
            + "($_ | Resolve-PacketFailure -PrimaryOnly).FaultId }");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Equal("Refused Unavailable", lines[0]);
        Assert.Contains("libpcap", lines[1]);
        Assert.Contains("apt install libpcap0.8", lines[1]);
        Assert.Equal("RemoteRefused", lines[2]);
    }
}
