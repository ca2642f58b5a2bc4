using System.Runtime.InteropServices;

namespace PacketPath.Interop;

/// <summary>Who this process is.</summary>
internal static partial class Identity
{
    /// <summary>The real user id.</summary>
    [LibraryImport("libc", EntryPoint = "getuid")]
    public static partial uint UserId();
}
