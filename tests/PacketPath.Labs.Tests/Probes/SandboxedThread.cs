using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>Runs something on a thread that Landlock forbids to connect over TCP, and that thread's own threads with it; nothing else of the process is touched.</summary>
internal static partial class SandboxedThread
{
    private const int CreateRuleset = 444;
    private const int RestrictSelf = 446;
    private const int NoNewPrivileges = 38;
    private const ulong ConnectTcp = 2;
    private const int FirstWithNetwork = 4;

    /// <summary>Why this kernel cannot; null where it can.</summary>
    public static string? Missing => Version() < FirstWithNetwork ? "this kernel has no Landlock rules for TCP (they came with Linux 6.7)" : null;

    public static unsafe T Run<T>(Func<T> body)
    {
        var result = default(T);
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                var handled = stackalloc ulong[] { 0, ConnectTcp };
                var rules = Must(Call(CreateRuleset, (nint)handled, 2 * sizeof(ulong), 0));
                Must(Control(NoNewPrivileges, 1, 0, 0, 0));
                Must(Call(RestrictSelf, (nint)rules, 0, 0));
                result = body();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    private static long Version() => Call(CreateRuleset, 0, 0, 1);

    private static long Must(long answer) => answer >= 0 ? answer : throw new System.ComponentModel.Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Call(long number, nint first, nint second, nint third);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);
}
