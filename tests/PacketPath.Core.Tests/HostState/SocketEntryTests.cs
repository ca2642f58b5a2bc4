using PacketPath.HostState;
using PacketPath.Netlink.SocketDiag;

namespace PacketPath.Core.Tests.HostState;

/// <summary>A socket keeps what it shares with others apart, and nobody notices.</summary>
public sealed class SocketEntryTests
{
    [Fact]
    public void A_copy_with_a_change_leaves_the_others_alone()
    {
        var traits = new SocketTraits { State = SocketState.Listen, UserId = 7 };
        var first = Entry(traits);
        var second = Entry(traits);

        var changed = first with { State = SocketState.Absent, Shutdown = ["Send"] };

        Assert.Equal((SocketState.Absent, 7), (changed.State, changed.UserId));
        Assert.Equal((SocketState.Listen, SocketState.Listen), (first.State, second.State));
        Assert.Empty(second.Shutdown);
        Assert.NotEqual(first, changed);
        Assert.Equal(first, second);
        Assert.Equal(first.GetHashCode(), second.GetHashCode());
    }

    [Fact]
    public void What_is_set_covers_what_the_kernel_sent()
    {
        var store = new SocketDetailStore();
        var memory = new byte[SocketDetails.MemoryFields * 4];
        memory[0] = 42;
        var info = new byte[TcpInfoReader.SendWindow + 4];
        info[2] = 3;
        var socket = new SocketEntry();
        socket.Attach(SocketTraits.None, store.Keep(memory, info), null);

        var without = socket with { Memory = null };
        var other = socket with { Memory = new SocketMemory { ReceiveBytes = 1 }, TcpInfo = null };

        Assert.Equal((42, 3), (socket.Memory!.ReceiveBytes, socket.TcpInfo!.Retransmits));
        Assert.Equal(((SocketMemory?)null, 3), (without.Memory, without.TcpInfo!.Retransmits));
        Assert.Equal((1, (SocketTcpInfo?)null), (other.Memory!.ReceiveBytes, other.TcpInfo));
    }

    [Fact]
    public void Owners_that_are_set_name_the_process()
    {
        var socket = new SocketEntry { Owners = [new SocketOwner { ProcessId = 5, ProcessName = "web", FileDescriptor = 3 }] };

        Assert.Equal((5, "web"), (socket.OwningProcess, socket.OwningProcessName));
        Assert.Equal((6, "web"), ((socket with { OwningProcess = 6 }).OwningProcess, socket.OwningProcessName));
        Assert.Null(new SocketEntry().OwningProcess);
        Assert.Empty(new SocketEntry().Owners);
    }

    private static SocketEntry Entry(SocketTraits traits)
    {
        var socket = new SocketEntry { LocalPort = 80 };
        socket.Attach(traits, default, null);
        return socket;
    }
}
