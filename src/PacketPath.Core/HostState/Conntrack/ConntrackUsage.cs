using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace PacketPath.HostState.Conntrack;

/// <summary>How full the table is, read again and again. The files stay with the namespace of the thread that opened them.</summary>
internal sealed class ConntrackUsage : IDisposable
{
    private readonly SafeFileHandle _count;
    private readonly SafeFileHandle _max;

    private ConntrackUsage(SafeFileHandle count, SafeFileHandle max)
    {
        _count = count;
        _max = max;
    }

    /// <summary>Opens the settings of the calling thread's namespace; null where nothing is tracked or they may not be read.</summary>
    public static ConntrackUsage? Open()
    {
        SafeFileHandle? count = null;
        try
        {
            count = File.OpenHandle(ConntrackKernel.Settings + "/nf_conntrack_count");
            return new ConntrackUsage(count, File.OpenHandle(ConntrackKernel.Settings + "/nf_conntrack_max"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            count?.Dispose();
            return null;
        }
    }

    /// <summary>The entries now, and the limit; null where a number cannot be read.</summary>
    public (long? Count, long? Max) Read() => (Number(_count), Number(_max));

    /// <inheritdoc/>
    public void Dispose()
    {
        _count.Dispose();
        _max.Dispose();
    }

    private static long? Number(SafeFileHandle file)
    {
        Span<byte> text = stackalloc byte[32];
        try
        {
            var length = RandomAccess.Read(file, text, 0);
            return Utf8Parser.TryParse(text[..length], out long number, out _) ? number : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
