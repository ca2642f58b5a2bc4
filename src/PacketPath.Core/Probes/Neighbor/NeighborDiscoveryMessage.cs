using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.NetworkInformation;

namespace PacketPath.Probes;

/// <summary>Neighbor Solicitation and Advertisement (RFC 4861, 4.3 and 4.4) over Ethernet, as ICMPv6 payloads; the kernel fills in the checksum.</summary>
internal static class NeighborDiscoveryMessage
{
    /// <summary>The length of a solicitation in bytes.</summary>
    public const int SolicitationLength = 32;

    /// <summary>The ICMPv6 type of an advertisement.</summary>
    public const int Advertisement = 136;

    private const int Solicitation = 135;
    private const int Fixed = 24;
    private const int SourceOption = 1;
    private const int TargetOption = 2;

    /// <summary>Writes the question who has an address.</summary>
    public static void WriteSolicitation(Span<byte> message, PhysicalAddress station, IPAddress asked)
    {
        message[..SolicitationLength].Clear();
        message[0] = Solicitation;
        Bare(asked).TryWriteBytes(message[8..], out _);
        message[Fixed] = SourceOption;
        message[Fixed + 1] = 1;
        station.GetAddressBytes().CopyTo(message[(Fixed + 2)..]);
    }

    /// <summary>The group that the owners of an address listen to (RFC 4291, 2.7.1).</summary>
    public static IPAddress GroupOf(IPAddress address)
    {
        var group = IPAddress.Parse("ff02::1:ff00:0").GetAddressBytes();
        address.GetAddressBytes().AsSpan(13).CopyTo(group.AsSpan(13));
        return new IPAddress(group);
    }

    /// <summary>Reads an advertisement that tells a link-layer address; false for any other message.</summary>
    public static bool TryReadAdvertisement(ReadOnlySpan<byte> message, [NotNullWhen(true)] out IPAddress? address, [NotNullWhen(true)] out PhysicalAddress? station)
    {
        (address, station) = (null, null);
        if (message.Length < Fixed || message[0] != Advertisement || message[1] != 0)
        {
            return false;
        }

        for (var options = message[Fixed..]; options.Length >= 8 && options[1] > 0 && options[1] * 8 <= options.Length; options = options[(options[1] * 8)..])
        {
            if (options[0] == TargetOption && options[1] == 1)
            {
                (address, station) = (new IPAddress(message.Slice(8, 16)), new PhysicalAddress(options.Slice(2, 6).ToArray()));
                return true;
            }
        }

        return false;
    }

    private static IPAddress Bare(IPAddress address) => address.ScopeId == 0 ? address : new IPAddress(address.GetAddressBytes());
}
