using System.Net;

namespace PacketPath.Probes;

/// <summary>One destination of a SYN probe.</summary>
/// <param name="Name">The target as the user wrote it.</param>
/// <param name="Address">The address to connect to.</param>
/// <param name="Port">The TCP port.</param>
public sealed record SynTarget(string Name, IPAddress Address, int Port);
