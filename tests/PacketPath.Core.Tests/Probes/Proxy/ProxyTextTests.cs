using PacketPath.Probes;
using PacketPath.Targets;

namespace PacketPath.Core.Tests.Probes;

public class ProxyTextTests
{
    [Theory]
    [InlineData("http://proxy.example:3128", "http://proxy.example:3128", null)]
    [InlineData("http://proxy.example:3128/", "http://proxy.example:3128", null)]
    [InlineData("proxy.example:3128", "http://proxy.example:3128", null)]
    [InlineData("HTTP://proxy.example", "http://proxy.example:80", null)]
    [InlineData("https://proxy.example", "https://proxy.example:443", null)]
    [InlineData("http://[2001:db8::1]:8080", "http://[2001:db8::1]:8080", null)]
    [InlineData("192.0.2.1:8080", "http://192.0.2.1:8080", null)]
    [InlineData("http://ops:s%40cret@proxy.example:3128", "http://proxy.example:3128", "ops:s@cret")]
    [InlineData("ops:a@b:c@proxy.example:3128", "http://proxy.example:3128", "ops:a@b:c")]
    [InlineData("http://ops@proxy.example:3128", "http://proxy.example:3128", "ops:")]
    public void A_proxy_is_read_and_shown_without_user_and_password(string text, string uri, string? credential)
    {
        var proxy = ProxyAddress.Parse(text);
        Assert.Equal(uri, proxy.Uri);
        Assert.Equal(uri, proxy.ToString());
        Assert.Equal(credential, proxy.Credential is null ? null : $"{proxy.Credential.UserName}:{proxy.Credential.Password}");
    }

    [Theory]
    [InlineData("socks5://u:s3cret@proxy.example:1080", "SOCKS")]
    [InlineData("ftp://u:s3cret@proxy.example", "scheme")]
    [InlineData("http://u:s3cret@proxy.example:99999", "port")]
    [InlineData("http://u:s3cret@proxy.example:3128/path", "path")]
    [InlineData("http://u:s3cret@", "names no host")]
    [InlineData("http://u:s3cret@pro xy:3128", "host")]
    [InlineData("http://u:s3cret@10:3128", "address")]
    [InlineData("http://u:s3cret%0d%0aX@proxy.example:3128", "control characters")]
    [InlineData("http://u%3ax:s3cret@proxy.example:3128", "colon")]
    [InlineData("http://u:s3cret/@proxy.example:3128/x", "path")]
    public void What_is_no_proxy_is_said_without_the_password(string text, string says)
    {
        var wrong = Assert.Throws<TargetException>(() => ProxyAddress.Parse(text));
        Assert.Contains(says, wrong.Message);
        Assert.DoesNotContain("s3cret", wrong.ToString());
        Assert.DoesNotContain("s3cret", wrong.Target);
    }

    [Theory]
    [InlineData("https://example.com/path?q#f", "https", "example.com:443", "https://example.com/path?q#f")]
    [InlineData("http://example.com", "http", "example.com:80", "http://example.com")]
    [InlineData("wss://example.com", "wss", "example.com:443", "wss://example.com")]
    [InlineData("example.com", "https", "example.com:443", "example.com")]
    [InlineData("example.com:22", "https", "example.com:22", "example.com:22")]
    [InlineData("ssh://example.com:22", "ssh", "example.com:22", "ssh://example.com:22")]
    [InlineData("[2001:db8::1]:22", "https", "[2001:db8::1]:22", "[2001:db8::1]:22")]
    [InlineData("2001:db8::1", "https", "[2001:db8::1]:443", "2001:db8::1")]
    [InlineData("bücher.example:443", "https", "xn--bcher-kva.example:443", "bücher.example:443")]
    [InlineData("https://me:s3cret@example.com/", "https", "example.com:443", "https://***@example.com/")]
    public void A_target_is_read(string text, string scheme, string authority, string shown)
    {
        var target = TunnelTarget.Parse(text);
        Assert.Equal((scheme, authority, shown), (target.Scheme, target.Authority, target.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("https://")]
    [InlineData("ssh://example.com")]
    [InlineData("example.com:0")]
    [InlineData("example.com:x")]
    [InlineData("example.com:443 HTTP/1.1")]
    [InlineData("example.com\r\nX: y:443")]
    [InlineData("[fe80::1%eth0]:22")]
    [InlineData("10:443")]
    public void What_is_no_target_is_refused(string text) =>
        Assert.Equal(TargetProblem.Malformed, Assert.Throws<TargetException>(() => TunnelTarget.Parse(text)).Problem);

    [Theory]
    [InlineData("https://x.example", "https_proxy=a:1;HTTPS_PROXY=b:1;all_proxy=c:1", "https_proxy", "http://a:1")]
    [InlineData("https://x.example", "HTTPS_PROXY=b:1;all_proxy=c:1", "HTTPS_PROXY", "http://b:1")]
    [InlineData("https://x.example", "https_proxy=;all_proxy=c:1;ALL_PROXY=d:1", "all_proxy", "http://c:1")]
    [InlineData("https://x.example", "http_proxy=a:1;ALL_PROXY=d:1", "ALL_PROXY", "http://d:1")]
    [InlineData("x.example:22", "https_proxy=a:1", "https_proxy", "http://a:1")]
    [InlineData("http://x.example", "http_proxy=a:1;https_proxy=b:1", "http_proxy", "http://a:1")]
    [InlineData("http://x.example", "HTTP_PROXY=a:1", null, null)]
    [InlineData("https://x.example", "", null, null)]
    public void The_environment_decides_as_curl_does(string target, string variables, string? decides, string? proxy)
    {
        var choice = ProxyEnvironment.Choose(TunnelTarget.Parse(target), Reader(variables));
        Assert.Equal((decides, proxy), (choice.Variable, choice.Address?.Uri));
        Assert.Null(choice.ExemptedBy);
    }

    [Theory]
    [InlineData("x.example.com:443", "example.com", true)]
    [InlineData("example.com:443", "example.com", true)]
    [InlineData("example.com:443", ".example.com", true)]
    [InlineData("example.com:443", "*.example.com", true)]
    [InlineData("badexample.com:443", "example.com", false)]
    [InlineData("EXAMPLE.com:443", "a, Example.Com.", true)]
    [InlineData("example.com:443", "example.com:443", true)]
    [InlineData("example.com:443", "example.com:80", false)]
    [InlineData("anything:443", "*", true)]
    [InlineData("anything:443", "a*", false)]
    [InlineData("192.0.2.9:443", "192.0.2.0/24", true)]
    [InlineData("192.0.3.9:443", "192.0.2.0/24", false)]
    [InlineData("192.0.2.9:443", "192.0.2.9", true)]
    [InlineData("192.0.2.9:443", "192.0.2.9:80", false)]
    [InlineData("192.0.2.9:443", "192.0.2.0/33", false)]
    [InlineData("192.0.2.129:443", "10.0.0.0/8 192.0.2.128/25", true)]
    [InlineData("[2001:db8::9]:443", "2001:db8::/32", true)]
    [InlineData("[2001:db8::9]:443", "[2001:db8::9]", true)]
    [InlineData("[2001:db8::9]:443", "[2001:db8::9]:80", false)]
    [InlineData("[2001:db8::9]:443", "2001:db8:1::/48", false)]
    [InlineData("example.com:443", ", ,", false)]
    public void A_list_of_exceptions_is_honoured(string target, string list, bool exempt)
    {
        var choice = ProxyEnvironment.Choose(TunnelTarget.Parse(target), Reader($"https_proxy=a:1;no_proxy={list}"));
        Assert.Equal(exempt, choice.Address is null);
        Assert.Equal(exempt ? "no_proxy" : null, choice.ExemptedBy);
        Assert.Equal(exempt, choice.ExemptedAs is not null);
    }

    [Fact]
    public void A_variable_that_names_no_proxy_is_named_without_its_password()
    {
        var wrong = Assert.Throws<TargetException>(() => ProxyEnvironment.Choose(TunnelTarget.Parse("x.example"), Reader("all_proxy=socks5://u:s3cret@h:1")));
        Assert.Contains("all_proxy", wrong.Message);
        Assert.DoesNotContain("s3cret", wrong.ToString());
    }

    private static Func<string, string?> Reader(string variables)
    {
        var map = variables.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1], StringComparer.Ordinal);
        return name => map.GetValueOrDefault(name);
    }
}
