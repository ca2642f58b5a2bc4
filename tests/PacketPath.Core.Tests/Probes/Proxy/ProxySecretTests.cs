using System.Text;
using PacketPath.Probes;
using PacketPath.Targets;

namespace PacketPath.Core.Tests.Probes.Proxy;

public class ProxySecretTests
{
    [Theory]
    [InlineData("bob:s3cret@example.com:443")]
    [InlineData("https://bob:s3cret@exa mple:443/x")]
    [InlineData("bob:s3cret@")]
    public void A_target_that_cannot_be_read_does_not_show_what_stands_before_its_host(string text)
    {
        var failure = Assert.Throws<TargetException>(() => TunnelTarget.Parse(text));
        Assert.DoesNotContain("s3cret", failure.ToString());
        Assert.DoesNotContain("s3cret", failure.Target);
        Assert.Contains("***", failure.Message);
    }

    [Theory]
    [InlineData("bob:s3cret://x@proxy:3128")]
    [InlineData("http://bob:s3cret@proxy:3128/path")]
    public void A_proxy_is_shown_without_user_and_password_wherever_they_stand(string text) =>
        Assert.DoesNotContain("s3cret", ProxyAddress.Shown(text));

    [Fact]
    public async Task What_came_behind_the_reply_is_read_first_from_the_tunnel()
    {
        using var rest = new MemoryStream(Encoding.ASCII.GetBytes("later"));
        using var stream = new LeadingStream(Encoding.ASCII.GetBytes("first "), rest);
        using var reader = new StreamReader(stream);
        Assert.Equal("first later", await reader.ReadToEndAsync());
    }
}
