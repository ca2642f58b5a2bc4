using System.Diagnostics;
using PacketPath.HostState;

namespace PacketPath.Core.Tests.HostState;

public class NetworkNamespaceTests
{
    [Fact]
    public async Task A_pipe_is_refused_and_not_waited_for()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using (var made = Process.Start("mkfifo", [path]))
        {
            await made.WaitForExitAsync();
        }

        try
        {
            var opening = Task.Run(() => Assert.Throws<NetNamespaceException>(() => NetworkNamespace.Open(path)));
            Assert.Same(opening, await Task.WhenAny(opening, Task.Delay(TimeSpan.FromSeconds(10))));
            Assert.Equal(NetNamespaceFailure.NotANetworkNamespace, (await opening).Reason);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
