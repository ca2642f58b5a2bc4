using System.Globalization;

namespace PacketPath.Quic;

/// <summary>Names of transport errors (RFC 9000, section 20.1), and the TLS alerts some of them carry.</summary>
internal static class QuicErrorNames
{
    private const ulong FirstCrypto = 0x100;
    private const ulong LastCrypto = 0x1ff;

    private static readonly string[] Transport =
    [
        "NO_ERROR", "INTERNAL_ERROR", "CONNECTION_REFUSED", "FLOW_CONTROL_ERROR", "STREAM_LIMIT_ERROR", "STREAM_STATE_ERROR", "FINAL_SIZE_ERROR",
        "FRAME_ENCODING_ERROR", "TRANSPORT_PARAMETER_ERROR", "CONNECTION_ID_LIMIT_ERROR", "PROTOCOL_VIOLATION", "INVALID_TOKEN", "APPLICATION_ERROR",
        "CRYPTO_BUFFER_EXCEEDED", "KEY_UPDATE_ERROR", "AEAD_LIMIT_REACHED", "NO_VIABLE_PATH", "VERSION_NEGOTIATION_ERROR",
    ];

    /// <summary>The error's name.</summary>
    public static string Error(ulong code) => code < (ulong)Transport.Length ? Transport[code]
        : code is >= FirstCrypto and <= LastCrypto ? "CRYPTO_ERROR"
        : string.Create(CultureInfo.InvariantCulture, $"0x{code:x}");

    /// <summary>The number of the TLS alert that a crypto error carries; null for any other error.</summary>
    public static int? AlertNumber(ulong code) => code is >= FirstCrypto and <= LastCrypto ? (int)(code - FirstCrypto) : null;
}
