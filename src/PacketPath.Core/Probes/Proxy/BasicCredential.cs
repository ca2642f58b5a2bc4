using System.Net;
using System.Text;

namespace PacketPath.Probes;

/// <summary>The Basic scheme (RFC 7617): what of a user and password goes to a proxy, and how both are kept out of everything shown.</summary>
internal sealed class BasicCredential
{
    private const string Hidden = "***";
    private const int ShortestHidden = 4;

    private readonly string _token;
    private readonly string _password;

    /// <summary>Creates the scheme's answer for a user.</summary>
    /// <exception cref="ArgumentException">The scheme cannot carry this user or password.</exception>
    public BasicCredential(NetworkCredential credential)
    {
        ArgumentNullException.ThrowIfNull(credential);
        _password = credential.Password;
        if (Problem(credential.UserName, _password) is { } problem)
        {
            throw new ArgumentException($"The user name {problem}.", nameof(credential));
        }

        _token = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{_password}"));
    }

    /// <summary>What keeps the scheme from carrying a user and password; null where nothing does.</summary>
    public static string? Problem(string user, string password) =>
        user.Contains(':') ? "has a colon in the user name, which Basic authentication cannot carry"
        : user.Any(char.IsControl) || password.Any(char.IsControl) ? "has control characters in user name or password, which Basic authentication cannot carry"
        : null;

    /// <summary>The header line's value.</summary>
    public string Value => "Basic " + _token;

    /// <summary>A text of the proxy's with the password taken out, should the proxy have sent it back.</summary>
    public string Hide(string text)
    {
        text = text.Replace(_token, Hidden, StringComparison.Ordinal);
        return _password.Length < ShortestHidden ? text : text.Replace(_password, Hidden, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public override string ToString() => Hidden;
}
