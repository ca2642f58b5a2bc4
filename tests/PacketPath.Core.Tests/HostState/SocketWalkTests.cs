using System.Net.Sockets;
using PacketPath.HostState;
using PacketPath.Interop;

namespace PacketPath.Core.Tests.HostState;

/// <summary>The walk over the descriptors of processes.</summary>
public sealed class SocketWalkTests
{
    private const int Sockets = 700;

    [Fact]
    public void Threads_that_walk_together_find_every_socket_once()
    {
        var held = Enumerable.Range(0, Sockets).Select(static _ => new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)).ToList();
        try
        {
            var inodes = held.ConvertAll(static socket => (Descriptor: (int)socket.Handle, Inode: Inode((int)socket.Handle)));
            var walk = SocketOwners.Walk([(Environment.ProcessId, "this")], CancellationToken.None);
            SocketOwners? other = null;
            var helper = new Thread(() => other = walk.Run());
            helper.Start();
            var owners = walk.Run();
            helper.Join();

            Assert.Same(owners, other);
            Assert.All(inodes, socket =>
            {
                var owner = Assert.Single(owners.Of(socket.Inode)!);
                Assert.Equal((Environment.ProcessId, "this", socket.Descriptor), (owner.ProcessId, owner.ProcessName, owner.FileDescriptor));
            });
        }
        finally
        {
            held.ForEach(static socket => socket.Dispose());
        }
    }

    [Fact]
    public void A_walk_given_up_tells_everyone()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var walk = SocketOwners.Walk(stop.Token);

        Assert.Throws<OperationCanceledException>(walk.Run);
        Assert.Throws<OperationCanceledException>(walk.Run);
    }

    private static uint Inode(int descriptor) =>
        uint.Parse(Files.ReadLink($"/proc/self/fd/{descriptor}")!["socket:[".Length..^1], System.Globalization.CultureInfo.InvariantCulture);
}
