using System.Net;
using System.Net.NetworkInformation;

namespace PacketPath.Probes;

/// <summary>A way to ask a link who has an address. Opened inside the namespace it asks in.</summary>
internal interface INeighborQuestion : IDisposable
{
    /// <summary>Asks the link.</summary>
    void Ask(IPAddress address);

    /// <summary>Waits for an answer to whatever was asked; null on timeout, or where something else came.</summary>
    (IPAddress Address, PhysicalAddress Station)? Take(int timeoutMilliseconds);
}
