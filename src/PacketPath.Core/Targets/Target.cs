using System.Net;

namespace PacketPath.Targets;

/// <summary>A target as the user wrote it, and what it turned out to be: a literal address or a host name.</summary>
public sealed record Target
{
    /// <summary>The user's own text.</summary>
    public required string Text { get; init; }

    /// <summary>The literal address; null for a host name.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The zone of a literal IPv6 address (<c>eth0</c> in <c>fe80::1%eth0</c>): an interface's name or index; null where none was written.</summary>
    public string? Zone { get; init; }

    /// <summary>The host name in its ASCII form, without a trailing dot; null for a literal address.</summary>
    public string? HostName { get; init; }
}
