using System.Net;
using PacketPath.HostState;

namespace PacketPath.Core.Tests.HostState;

/// <summary>The listener is chosen as the kernel chooses it.</summary>
public class ListenerChoiceTests
{
    private static SocketEntry Listener(string address, int interfaceIndex = 0, bool? only = null, long cookie = 0) => new()
    {
        State = SocketState.Listen,
        LocalAddress = address,
        LocalPort = 443,
        InterfaceIndex = interfaceIndex,
        AddressFamily = address.Contains(':') ? AddressFamily.IPv6 : AddressFamily.IPv4,
        Ipv6Only = address.Contains(':') ? only ?? false : null,
        Cookie = cookie,
    };

    private static string[] Chosen(string address, int interfaceIndex, params SocketEntry[] listeners) =>
        [.. ListenerChoice.Of(listeners, IPAddress.Parse(address), interfaceIndex).Select(s => $"{s.LocalAddress}/{s.InterfaceIndex}")];

    [Theory]
    [InlineData("10.0.0.1", "0.0.0.0", true)]
    [InlineData("10.0.0.1", "10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("10.0.0.1", "127.0.0.1", false)]
    [InlineData("10.0.0.1", "::", true)]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("10.0.0.1", "::1", false)]
    [InlineData("fd00::1", "::", true)]
    [InlineData("fd00::1", "fd00::1", true)]
    [InlineData("fd00::1", "0.0.0.0", false)]
    [InlineData("fd00::1", "::ffff:10.0.0.1", false)]
    public void What_answers_for_an_address(string asked, string bound, bool answers) =>
        Assert.Equal(answers, Chosen(asked, 2, Listener(bound)).Length == 1);

    [Fact]
    public void IPv6_only_takes_no_IPv4()
    {
        Assert.Empty(Chosen("10.0.0.1", 2, Listener("::", only: true)));
        Assert.Single(Chosen("fd00::1", 2, Listener("::", only: true)));
    }

    [Fact]
    public void Binding_to_another_interface_excludes_unless_the_interface_is_unknown()
    {
        Assert.Empty(Chosen("10.0.0.1", 2, Listener("0.0.0.0", interfaceIndex: 3)));
        Assert.Single(Chosen("10.0.0.1", 3, Listener("0.0.0.0", interfaceIndex: 3)));
        Assert.Single(Chosen("10.0.0.1", 0, Listener("0.0.0.0", interfaceIndex: 3)));
    }

    [Fact]
    public void The_closest_binding_wins()
    {
        Assert.Equal(["10.0.0.1/0"], Chosen("10.0.0.1", 3, Listener("0.0.0.0"), Listener("0.0.0.0", 3), Listener("10.0.0.1"), Listener("::")));
        Assert.Equal(["0.0.0.0/3"], Chosen("10.0.0.1", 3, Listener("0.0.0.0"), Listener("0.0.0.0", 3), Listener("::")));
        Assert.Equal(["0.0.0.0/0"], Chosen("10.0.0.1", 3, Listener("0.0.0.0"), Listener("::")));
        Assert.Equal(2, Chosen("10.0.0.1", 3, Listener("0.0.0.0", cookie: 1), Listener("0.0.0.0", cookie: 2)).Length);
    }

    [Fact]
    public void Local_ports_that_are_left()
    {
        SocketEntry Port(int port, SocketState state = SocketState.Established) => new() { LocalPort = port, State = state };
        var use = LocalPortReader.Count("40000\t40009\n", "40001,40005-40006\n", [Port(40000), Port(40002, SocketState.TimeWait), Port(40001), Port(50000)], [Port(40003, SocketState.Listen), Port(22, SocketState.Listen)])!;
        Assert.Equal((40000, 40009, 3, 7, 3, 1), (use.FirstPort, use.LastPort, use.Reserved, use.Usable, use.InUse, use.TimeWait));
        Assert.Null(LocalPortReader.Count("nonsense", "", [], []));
        Assert.Null(LocalPortReader.Count("5 1", "", [], []));
    }
}
