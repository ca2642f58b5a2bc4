using System.Globalization;

namespace PacketPath.Tls;

/// <summary>Finds in an error of OpenSSL the alert that the peer sent: its reason codes from 1000 on are alerts.</summary>
internal static class OpenSslAlert
{
    private const string Mark = "error:";
    private const int FirstReason = 1000;
    private const int ReasonMask = 0xfff;

    /// <summary>The alert's number; null where the error is about something else.</summary>
    public static int? Of(Exception? failure)
    {
        for (var at = failure; at is not null; at = at.InnerException)
        {
            var begin = at.Message.IndexOf(Mark, StringComparison.Ordinal);
            if (begin >= 0 && at.Message.Length >= begin + Mark.Length + 8
                && uint.TryParse(at.Message.AsSpan(begin + Mark.Length, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var error)
                && (error & ReasonMask) is >= FirstReason and <= FirstReason + 255 and var reason)
            {
                return (int)reason - FirstReason;
            }
        }

        return null;
    }
}
