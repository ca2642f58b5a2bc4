using System.Net;
using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>What is known of a flow's packet on its way through the hooks: marks that were set on it, addresses and ports that were rewritten.</summary>
internal sealed class FlowState
{
    private const int MarkSize = 4;

    private FlowState()
    {
    }

    public string? Source { get; private set; }

    public string? Destination { get; private set; }

    public int? SourcePort { get; private set; }

    public int? DestinationPort { get; private set; }

    /// <summary>The interface the packet leaves by; null once something may have sent it another way.</summary>
    public string? OutputInterface { get; private set; }

    public FlowBits Mark { get; private set; }

    public FlowBits ConntrackMark { get; private set; }

    public string? ConntrackState { get; private set; }

    /// <summary>False where it cannot be known whether the packet comes as far as here, as it is.</summary>
    public bool IsCertain { get; set; } = true;

    /// <summary>True once something may have sent the packet another way than through the hooks ahead.</summary>
    public bool IsDiverted { get; set; }

    /// <summary>The packet before the first hook.</summary>
    public static FlowState Of(FirewallFlow flow) => new()
    {
        Source = flow.Source,
        Destination = flow.Destination,
        SourcePort = flow.SourcePort,
        DestinationPort = flow.DestinationPort,
        OutputInterface = flow.OutputInterface,
        Mark = flow.Mark is { } mark ? FlowBits.Of(BitConverter.GetBytes((uint)mark)) : FlowBits.Unknown(MarkSize),

        // A connection begins without a mark.
        ConntrackMark = flow.ConntrackState == "new" ? FlowBits.Of(new byte[MarkSize]) : FlowBits.Unknown(MarkSize),
        ConntrackState = flow.ConntrackState,
    };

    /// <summary>The same, to try something on.</summary>
    public FlowState Copy() => (FlowState)MemberwiseClone();

    /// <summary>Forgets the packet's mark.</summary>
    public void ForgetMark() => Mark = FlowBits.Unknown(MarkSize);

    /// <summary>The mark is set; what was set by a rule that may not have matched is not known.</summary>
    public void SetMark(FlowBits value, bool isCertain, bool reroutes)
    {
        Mark = isCertain ? value : FlowBits.Unknown(MarkSize);
        OutputInterface = reroutes ? null : OutputInterface;
    }

    /// <summary>The connection's mark is set.</summary>
    public void SetConntrackMark(FlowBits value, bool isCertain) => ConntrackMark = isCertain ? value : FlowBits.Unknown(MarkSize);

    /// <summary>The packet is kept from connection tracking.</summary>
    public void Untrack(bool isCertain)
    {
        ConntrackState = isCertain ? "untracked" : null;
        ConntrackMark = FlowBits.Unknown(MarkSize);
    }

    /// <summary>An address or port is rewritten; null is a value that cannot be known.</summary>
    public void Translate(NatKind kind, string hook, IPAddress? address, bool hasAddress, int? port, bool hasPort)
    {
        if (kind is NatKind.Source or NatKind.Masquerade)
        {
            Source = kind == NatKind.Masquerade ? null : hasAddress ? address?.ToString() : Source;

            // The kernel keeps the port where it is free.
            SourcePort = hasPort ? port : null;
            return;
        }

        Destination = hasAddress ? address?.ToString() : Destination;
        DestinationPort = hasPort ? port : DestinationPort;
        if (hasAddress)
        {
            // Another destination is another route: out by another interface, or in where it would have passed through.
            OutputInterface = null;
            IsDiverted |= hook != "output";
        }
    }
}
