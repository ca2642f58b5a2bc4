using System.Reflection;
using PacketPath.Interop;

namespace PacketPath.Core.Tests.Layout;

public class ErrnoTests
{
    [CompilerFact]
    public void NumbersAreTheSystems()
    {
        var assertions = new CAssertions("errno.h");
        foreach (var field in typeof(Errno).GetFields(BindingFlags.Public | BindingFlags.Static).Where(static field => field.IsLiteral))
        {
            var number = (int)field.GetRawConstantValue()!;
            assertions.Constant(field.Name, number);
            Assert.Equal(field.Name, Errno.Name(number));
        }

        Assert.True(assertions.Count > 30);
        Assert.Null(assertions.Verify());
    }

    [CompilerFact]
    public void NamesAreTheSystems()
    {
        var assertions = new CAssertions("errno.h");
        for (var number = 1; number < 134; number++)
        {
            if (!Errno.Name(number).StartsWith("errno", StringComparison.Ordinal))
            {
                assertions.Constant(Errno.Name(number), number);
            }
        }

        Assert.Null(assertions.Verify());
    }

    [Fact]
    public void AnUnknownNumberStaysReadable() => Assert.Contains("errno 4095", new LinuxException(4095, "send").Message);
}
