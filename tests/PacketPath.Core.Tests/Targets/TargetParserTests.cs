using PacketPath.Targets;

namespace PacketPath.Core.Tests.Targets;

public class TargetParserTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData(" 192.0.2.1 ", "192.0.2.1")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("255.255.255.255", "255.255.255.255")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("2001:DB8:0:0::1", "2001:db8::1")]
    [InlineData("[2001:db8::1]", "2001:db8::1")]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.1")]
    [InlineData("::", "::")]
    public void Addresses(string text, string address)
    {
        var target = TargetParser.Parse(text);
        Assert.Equal(address, target.Address?.ToString());
        Assert.Equal(text, target.Text);
        Assert.Null(target.HostName);
        Assert.Null(target.Zone);
    }

    [Theory]
    [InlineData("fe80::1%eth0", "eth0")]
    [InlineData("[fe80::1%eth0.5]", "eth0.5")]
    [InlineData("ff02::1%2", "2")]
    public void ZonesAreKept(string text, string zone)
    {
        var target = TargetParser.Parse(text);
        Assert.Equal(zone, target.Zone);
        Assert.Equal(0, target.Address!.ScopeId);
    }

    [Theory]
    [InlineData("example.org", "example.org")]
    [InlineData("example.org.", "example.org")]
    [InlineData("localhost", "localhost")]
    [InlineData("db-1_a.internal", "db-1_a.internal")]
    [InlineData("3com.example", "3com.example")]
    [InlineData("1.2.3.example", "1.2.3.example")]
    public void Names(string text, string name)
    {
        var target = TargetParser.Parse(text);
        Assert.Equal(name, target.HostName);
        Assert.Null(target.Address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("10")]
    [InlineData("10.1")]
    [InlineData("10.1.2")]
    [InlineData("300.1.1.1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.")]
    [InlineData("01.2.3.4")]
    [InlineData("192.0.2.010")]
    [InlineData("0x7f.1")]
    [InlineData("0x7f000001")]
    [InlineData("example.0x1")]
    [InlineData("4294967295")]
    [InlineData("-1")]
    [InlineData("10.0.0.0/8")]
    [InlineData("2001:db8::/32")]
    [InlineData("http://example.org/")]
    [InlineData("example.org:443")]
    [InlineData("192.0.2.1:443")]
    [InlineData("[2001:db8::1]:443")]
    [InlineData("fe80::zz")]
    [InlineData("fe80::1::2")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("fe80::1%")]
    [InlineData("fe80::1%a b")]
    [InlineData("fe80::1%averyveryverylongname")]
    [InlineData("192.0.2.1%eth0")]
    [InlineData("::ffff:300.0.2.1")]
    [InlineData("a..b")]
    [InlineData(".")]
    [InlineData("-a.example")]
    [InlineData("a-.example")]
    [InlineData("a b")]
    [InlineData("a\tb")]
    [InlineData("exam\u0000ple")]
    [InlineData("*.example.org")]
    public void Malformed(string text)
    {
        Assert.False(TargetParser.TryParse(text, out _, out var problem));
        Assert.Equal(TargetProblem.Malformed, problem.Problem);
        Assert.Equal(text, problem.Target);
        Assert.NotEmpty(problem.Advice);
        Assert.DoesNotContain(problem.Message, char.IsControl);
        Assert.Throws<TargetException>(() => TargetParser.Parse(text));
    }

    [Fact]
    public void LongNames()
    {
        Assert.Equal(253, TargetParser.Parse(string.Join('.', Enumerable.Repeat(new string('a', 62), 4)) + ".b").HostName!.Length);
        Assert.False(TargetParser.TryParse(string.Join('.', Enumerable.Repeat(new string('a', 63), 4)), out _, out _));
        Assert.False(TargetParser.TryParse(new string('a', 64) + ".example", out _, out var problem));
        Assert.False(TargetParser.TryParse(new string('x', 100_000), out _, out problem));
        Assert.True(problem.Message.Length < 200);
    }

    [Fact]
    public void RandomTextIsNeverAnythingButAnAnswer()
    {
        var random = new Random(7);
        const string Alphabet = "0123456789abcdefxz.:%[]/-_ \u00e9\ud800";
        for (var i = 0; i < 100_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(24)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            var parsed = TargetParser.TryParse(text, out var target, out var problem);
            Assert.Equal(parsed, target is not null);
            Assert.Equal(parsed, problem is null);
            Assert.True(!parsed || (target!.Address is null) != (target.HostName is null));
        }
    }
}
