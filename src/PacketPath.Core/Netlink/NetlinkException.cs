using System.Runtime.InteropServices;
using PacketPath.Interop;

namespace PacketPath.Netlink;

/// <summary>The kernel refused a netlink request.</summary>
public sealed class NetlinkException : LinuxException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="errno">The error number.</param>
    /// <param name="call">The request, for example <c>RTM_GETROUTE</c>.</param>
    /// <param name="kernelMessage">The kernel's own words (extended acknowledgement); null where it gave none.</param>
    public NetlinkException(int errno, string call, string? kernelMessage = null)
        : base(errno, call, kernelMessage) => KernelMessage = kernelMessage;

    /// <summary>The kernel's own words; null where it gave none.</summary>
    public string? KernelMessage { get; }
}

/// <summary>An error or end-of-dump message, decoded: NLMSG_ERROR or NLMSG_DONE.</summary>
/// <param name="Errno">The error number; 0 for success.</param>
/// <param name="KernelMessage">The extended acknowledgement's text; null where there is none.</param>
internal readonly record struct NetlinkStatus(int Errno, string? KernelMessage)
{
    /// <summary>Decodes the message.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static NetlinkStatus Read(in NetlinkMessage message)
    {
        var payload = message.Payload;
        if (payload.Length < 4)
        {
            // NLMSG_DONE may come without a status.
            return message.Type == ControlType.Done && payload.IsEmpty
                ? default
                : throw new NetlinkDecodeException($"status of {payload.Length} bytes");
        }

        var code = MemoryMarshal.Read<int>(payload);
        if (code == int.MinValue)
        {
            throw new NetlinkDecodeException($"status {code}");
        }

        var text = (message.Flags & MessageFlags.AckTlvs) == 0 ? null : KernelText(message, payload);
        return new NetlinkStatus(Math.Abs(code), text);
    }

    private static string? KernelText(in NetlinkMessage message, ReadOnlySpan<byte> payload)
    {
        var start = 4;
        if (message.Type == ControlType.Error)
        {
            // The request's header follows, and its payload too unless it was capped.
            if (payload.Length < 4 + NetlinkHeader.Size)
            {
                throw new NetlinkDecodeException($"error of {payload.Length} bytes");
            }

            var length = (message.Flags & MessageFlags.Capped) != 0
                ? NetlinkHeader.Size
                : MemoryMarshal.Read<NetlinkHeader>(payload[4..]).Length;
            if (length < NetlinkHeader.Size || length > (uint)(payload.Length - 4))
            {
                throw new NetlinkDecodeException($"error quotes {length} bytes where {payload.Length - 4} are left");
            }

            start += Math.Min(NetlinkHeader.Align((int)length), payload.Length - 4);
        }

        string? text = null;
        var attributes = new AttributeReader(payload[start..]);
        while (attributes.Next())
        {
            if (attributes.Type == ExtendedAckAttribute.Message)
            {
                text = attributes.Text();
            }
        }

        attributes.Finish();
        return text;
    }
}
