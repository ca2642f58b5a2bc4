using System.Net;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

public class DnsNameTests
{
    [Theory]
    [InlineData("www.example.com", "www.example.com.")]
    [InlineData("www.example.com.", "www.example.com.")]
    [InlineData("  Example.COM ", "Example.COM.")]
    [InlineData(".", ".")]
    [InlineData("_dns._udp.x", "_dns._udp.x.")]
    [InlineData("a\\.b.c", "a\\.b.c.")]
    [InlineData("a\\032b.c", "a\\032b.c.")]
    [InlineData("a\\000\\255.c", "a\\000\\255.c.")]
    [InlineData("bücher.example", "xn--bcher-kva.example.")]
    public void What_is_written_is_read(string text, string shown)
    {
        Assert.True(DnsName.TryParse(text, out var name, out var problem), problem);
        Assert.Equal(shown, name.ToString());
        Assert.True(DnsName.TryParse(name.ToString(), out var again, out _));
        Assert.Equal(name, again);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a..b", "empty label")]
    [InlineData(".a", "empty label")]
    [InlineData("a b", "space or control")]
    [InlineData("a\u001b[2Jb", "space or control")]
    [InlineData("a\\", "middle of an escape")]
    [InlineData("a\\25", "middle of an escape")]
    [InlineData("a\\256", "middle of an escape")]
    public void What_is_no_name_is_refused(string text, string why)
    {
        Assert.False(DnsName.TryParse(text, out _, out var problem));
        Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Lengths_are_bounded()
    {
        var label = new string('a', 63);
        Assert.True(DnsName.TryParse(label + ".b", out _, out _));
        Assert.False(DnsName.TryParse(label + "a.b", out _, out var problem));
        Assert.Contains("63", problem, StringComparison.Ordinal);
        Assert.True(DnsName.TryParse(string.Join('.', label, label, label, label[..61]), out var longest, out _));
        Assert.Equal(DnsName.LongestName, longest.Wire.Length);
        Assert.False(DnsName.TryParse(string.Join('.', label, label, label, label[..62]), out _, out _));
    }

    [Fact]
    public void Case_makes_no_difference()
    {
        Assert.True(DnsName.TryParse("WWW.example.Com", out var one, out _));
        Assert.True(DnsName.TryParse("www.EXAMPLE.com", out var other, out _));
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.True(DnsName.TryParse("www.example.org", out var third, out _));
        Assert.NotEqual(one, third);
    }

    [Theory]
    [InlineData("192.0.2.1", "1.2.0.192.in-addr.arpa.")]
    [InlineData("2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.")]
    public void Addresses_have_names_in_reverse(string address, string name)
    {
        Assert.Equal(name, DnsName.Reverse(IPAddress.Parse(address)).ToString());
        Assert.True(DnsQuestionAsked.TryParse(address, "PTR", out var asked, out _, out _, out _));
        Assert.Equal(name, asked.ToString());
        Assert.False(DnsQuestionAsked.TryParse(address, "A", out _, out _, out var problem, out var advice));
        Assert.Contains(address, problem, StringComparison.Ordinal);
        Assert.Contains("-Type PTR", advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aaaa", 28)]
    [InlineData("HTTPS", 65)]
    [InlineData("TYPE64001", 64001)]
    public void Types_have_names_and_numbers(string text, int number)
    {
        Assert.True(DnsTypes.TryParse(text, out var type));
        Assert.Equal(number, type);
        Assert.Equal(text.ToUpperInvariant(), DnsTypes.Name(type));
    }

    [Theory]
    [InlineData("")]
    [InlineData("B")]
    [InlineData("TYPE")]
    [InlineData("TYPE0")]
    [InlineData("TYPE65536")]
    [InlineData("28")]
    public void What_is_no_type_is_refused(string text) => Assert.False(DnsTypes.TryParse(text, out _));
}
