using System.Globalization;

namespace PacketPath.Quic;

/// <summary>Version numbers of QUIC, and their names.</summary>
internal static class QuicVersions
{
    /// <summary>Version Negotiation.</summary>
    public const uint Negotiation = 0;

    /// <summary>RFC 9000.</summary>
    public const uint One = 1;

    /// <summary>RFC 9369.</summary>
    public const uint Two = 0x6b3343cf;

    /// <summary>A version that is reserved to bring Version Negotiation (RFC 9000, section 15): no server speaks it.</summary>
    public const uint Forced = 0x1a2a3a4a;

    private const uint DraftPrefix = 0xff000000;

    /// <summary>True for the pattern 0x?a?a?a?a: it exercises negotiation, and is no version.</summary>
    public static bool IsReserved(uint version) => (version & 0x0f0f0f0f) == 0x0a0a0a0a;

    /// <summary>The version as a person writes it: 1, 2, draft-29, else the number.</summary>
    public static string Name(uint version) => version switch
    {
        One => "1",
        Two => "2",
        > DraftPrefix and < DraftPrefix + 64 => string.Create(CultureInfo.InvariantCulture, $"draft-{version - DraftPrefix}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"0x{version:x8}"),
    };
}
