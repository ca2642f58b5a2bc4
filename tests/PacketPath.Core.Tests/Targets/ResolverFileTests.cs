using PacketPath.Targets;

namespace PacketPath.Core.Tests.Targets;

public sealed class ResolverFileTests : IDisposable
{
    private readonly DirectoryInfo _etc = Directory.CreateTempSubdirectory("packetpath-etc-");

    public void Dispose() => _etc.Delete(recursive: true);

    [Fact]
    public void The_servers_are_read_in_order_and_the_rest_passed_over()
    {
        Write("resolv.conf", "# a comment\nsearch lab\r\nnameserver 192.0.2.53\n  nameserver\t2001:db8::53 # another\nnameserver fe80::1%eth0\nnameserver 10\nnameserver\n;nameserver 192.0.2.99\nnameserver 192.0.2.53\n");
        var file = ResolverFile.Of("net:[4026531840]", _etc.FullName);
        Assert.Equal(["192.0.2.53", "2001:db8::53", "fe80::1%eth0"], file.Servers);
        Assert.Equal((Path.Combine(_etc.FullName, "resolv.conf"), false), (file.Path, file.IsDefault));
    }

    [Fact]
    public void A_namespace_s_own_file_goes_first()
    {
        Write("resolv.conf", "nameserver 192.0.2.53\n");
        Write("netns/blue/resolv.conf", "nameserver 192.0.2.1\n");
        Assert.Equal(["192.0.2.1"], ResolverFile.Of("blue", _etc.FullName).Servers);
        Assert.Equal(["192.0.2.53"], ResolverFile.Of("red", _etc.FullName).Servers);
        Assert.Equal(["192.0.2.53"], ResolverFile.Of("../netns/blue", _etc.FullName).Servers);
    }

    [Fact]
    public void Without_a_server_the_local_host_is_asked()
    {
        Assert.Equal(("127.0.0.1", true), (Assert.Single(ResolverFile.Of("x", _etc.FullName).Servers), ResolverFile.Of("x", _etc.FullName).IsDefault));
        Write("resolv.conf", "options edns0\n");
        Assert.True(ResolverFile.Of("x", _etc.FullName).IsDefault);
    }

    [Fact]
    public void An_endless_file_is_read_in_part()
    {
        Write("resolv.conf", "nameserver 192.0.2.53\n" + new string('x', 1_000_000));
        Assert.Equal(["192.0.2.53"], ResolverFile.Of("x", _etc.FullName).Servers);
    }

    [Theory]
    [InlineData("nameserver 192.0.2.1", "host", null, null, "www", "www.")]
    [InlineData("search lab example", "host", null, null, "www", "www.lab. www.example. www.")]
    [InlineData("search lab example", "host", null, null, "www.lab", "www.lab. www.lab.lab. www.lab.example.")]
    [InlineData("search lab example\noptions ndots:2", "host", null, null, "www.lab", "www.lab.lab. www.lab.example. www.lab.")]
    [InlineData("search lab\noptions ndots:0", "host", null, null, "www", "www. www.lab.")]
    [InlineData("search lab\noptions ndots:99", "host", null, null, "a.b.c", "a.b.c.lab. a.b.c.")]
    [InlineData("search lab", "host", null, null, "www.lab.", "www.lab.")]
    [InlineData("search lab\ndomain example other", "host", null, null, "www", "www.example. www.")]
    [InlineData("domain example\nsearch lab. .", "host", null, null, "www", "www.lab. www.")]
    [InlineData("", "host.lab.example", null, null, "www", "www.lab.example. www.")]
    [InlineData("search", "host.lab.example", null, null, "www", "www.lab.example. www.")]
    [InlineData("search lab", "host", "other", null, "www", "www.other. www.")]
    [InlineData("search lab", "host", null, "ndots:0", "www", "www. www.lab.")]
    [InlineData("search lab\noptions no-tld-query", "host", null, null, "www", "www.lab.")]
    [InlineData("search lab\noptions ndots:x ndots:-1", "host", null, null, "www", "www.lab. www.")]
    public void A_name_is_tried_as_the_file_says(string text, string host, string? domain, string? options, string name, string candidates) =>
        Assert.Equal(candidates, string.Join(' ', ResolverFile.Parse("resolv.conf", text.Split('\n'), host, domain, options).Candidates(name)));

    [Theory]
    [InlineData("options edns0", true)]
    [InlineData("options ndots:2\noptions trust-ad edns0", true)]
    [InlineData("nameserver 192.0.2.1", false)]
    public void The_file_says_whether_EDNS_is_used(string text, bool uses) => Assert.Equal(uses, ResolverFile.Parse("x", text.Split('\n'), "h", null, null).UsesEdns);

    [Fact]
    public void A_name_that_grows_too_long_is_not_tried() =>
        Assert.Equal([new string('a', 60) + "."], ResolverFile.Parse("x", ["search " + string.Join('.', Enumerable.Repeat(new string('b', 60), 4))], "h", null, null).Candidates(new string('a', 60)));

    private void Write(string name, string text)
    {
        var path = Path.Combine(_etc.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
