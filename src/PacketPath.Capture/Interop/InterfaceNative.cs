using System.Runtime.InteropServices;

namespace PacketPath.Capture.Interop;

/// <summary>Interface names, in the calling thread's network namespace.</summary>
internal static partial class InterfaceNative
{
    /// <summary>The interface's index; 0 where there is none of that name.</summary>
    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial uint IndexOf(string name);
}
