using PacketPath.Capture.Interop;
using SharpPcap.LibPcap;

namespace PacketPath.Capture;

/// <summary>
/// Moves a filter program compiled for cooked capture version 2 onto a cooked packet socket: there the data starts at the
/// network header, and what the cooked header would hold is read through the kernel's ancillary offsets (linux/filter.h).
/// </summary>
internal static unsafe class CookedFilter
{
    /// <summary>The length of the cooked header, version 2.</summary>
    internal const int HeaderLength = 20;

    /// <summary>The most instructions the kernel takes (BPF_MAXINSNS).</summary>
    internal const int MostInstructions = 4096;

    private const int ClassMask = 0x07;
    private const int ClassLoad = 0x00;
    private const int ClassLoadIndex = 0x01;
    private const int ModeMask = 0xe0;
    private const int ModeAbsolute = 0x20;
    private const int ModeIndirect = 0x40;
    private const int ModeHeaderLength = 0xa0;

    private const uint AncillaryProtocol = unchecked((uint)(-0x1000 + 0));
    private const uint AncillaryPacketType = unchecked((uint)(-0x1000 + 4));
    private const uint AncillaryInterface = unchecked((uint)(-0x1000 + 8));
    private const uint AncillaryHardwareType = unchecked((uint)(-0x1000 + 28));

    /// <summary>The program for the socket; null where it asks for something the socket does not show.</summary>
    internal static PacketSocket.FilterInstruction[]? Move(BpfProgram program)
    {
        var compiled = (CompiledProgram*)program.DangerousGetHandle();
        if (compiled->Length > MostInstructions)
        {
            return null;
        }

        var moved = new ReadOnlySpan<PacketSocket.FilterInstruction>(compiled->Instructions, (int)compiled->Length).ToArray();
        GC.KeepAlive(program);
        foreach (ref PacketSocket.FilterInstruction instruction in moved.AsSpan())
        {
            if (ReadsPacket(instruction.Code) && !TryMove(ref instruction.Value))
            {
                return null;
            }
        }

        return moved;
    }

    private static bool ReadsPacket(ushort code) =>
        (code & ClassMask) is ClassLoad or ClassLoadIndex && (code & ModeMask) is ModeAbsolute or ModeIndirect or ModeHeaderLength;

    private static bool TryMove(ref uint offset)
    {
        if (offset >= HeaderLength)
        {
            // Ancillary offsets, already above all of these, stay as they are.
            offset = offset < int.MaxValue ? offset - HeaderLength : offset;
            return true;
        }

        uint? ancillary = offset switch
        {
            0 => AncillaryProtocol,
            4 => AncillaryInterface,
            8 => AncillaryHardwareType,
            10 => AncillaryPacketType,
            _ => null,
        };
        offset = ancillary ?? offset;
        return ancillary is not null;
    }

    /// <summary>struct bpf_program.</summary>
    private readonly struct CompiledProgram
    {
        internal uint Length { get; init; }

        internal PacketSocket.FilterInstruction* Instructions { get; init; }
    }
}
