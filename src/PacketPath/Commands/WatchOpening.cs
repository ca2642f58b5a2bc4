using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.Capture;
using PacketPath.HostState;

namespace PacketPath.Commands;

/// <summary>Opens what Watch-PacketCapture is to watch; what cannot be opened is reported, and the rest is watched.</summary>
internal sealed class WatchOpening(WatchPacketCaptureCommand cmdlet, CancellationToken stop)
{
    /// <summary>True where the filter is one; what is wrong with it is reported.</summary>
    public bool IsFilterSound()
    {
        if (cmdlet.Filter.Length == 0)
        {
            return true;
        }

        try
        {
            // What is sound for Ethernet is what the syntax allows; what one interface's kind does not allow shows when it is opened.
            if (PacketSources.Factory.ValidateFilter(cmdlet.Filter, CaptureLinkType.Ethernet) is not { } words)
            {
                return true;
            }

            cmdlet.WriteProblem(new ArgumentException($"'{cmdlet.Filter}' is not a capture filter: {words}."), "CaptureInvalidFilter", ErrorCategory.InvalidArgument, cmdlet.Filter, "See pcap-filter(7); for example: tcp port 443 and host 192.0.2.10.");
        }
        catch (CaptureException failure)
        {
            cmdlet.Report(failure, cmdlet.Filter);
        }

        return false;
    }

    /// <summary>Opens the files asked for.</summary>
    public void OpenFiles(List<WatchedSource> sources)
    {
        foreach (var text in cmdlet.ReadPath)
        {
            try
            {
                foreach (var path in cmdlet.SessionState.Path.GetResolvedProviderPathFromPSPath(text, out _))
                {
                    sources.Add(WatchedSources.OpenFile(path, cmdlet.Filter));
                }
            }
            catch (CaptureException failure)
            {
                cmdlet.Report(failure, text);
            }
            catch (Exception missing) when (missing is ItemNotFoundException or PSInvalidOperationException or System.Management.Automation.DriveNotFoundException)
            {
                cmdlet.WriteProblem(missing, "CaptureFileNotFound", ErrorCategory.ObjectNotFound, text, "Give the path of a pcap or pcapng file.");
            }
        }
    }

    /// <summary>Opens the interfaces asked for, in every namespace asked for.</summary>
    public void OpenLive(List<WatchedSource> sources)
    {
        foreach (var text in cmdlet.NetNamespace ?? [null!])
        {
            try
            {
                using var network = NetworkNamespace.Open(text);
                foreach (var name in Interfaces(network))
                {
                    OpenLive(sources, network, name);
                }
            }
            catch (NetNamespaceException failure)
            {
                cmdlet.WriteProblem(failure, "NetNamespace" + failure.Reason, ErrorCategory.ObjectNotFound, text, failure.Remedy);
            }
        }
    }

    private void OpenLive(List<WatchedSource> sources, NetworkNamespace network, string name)
    {
        try
        {
            sources.Add(WatchedSources.OpenLive(network, new CaptureOptions
            {
                InterfaceName = name,
                Filter = cmdlet.Filter,
                SnapshotLength = cmdlet.Snapshot,
                Direction = cmdlet.Direction,
                Promiscuous = cmdlet.Promiscuous,
            }));
        }
        catch (CaptureException failure)
        {
            cmdlet.Report(failure, failure.Reason == CaptureFailureReason.InvalidFilter ? cmdlet.Filter : name);
        }
    }

    private IEnumerable<string> Interfaces(NetworkNamespace network)
    {
        var wanted = new NameFilter(cmdlet.InterfaceAlias);
        if (wanted.IsLiteral)
        {
            return wanted.Literals.Distinct();
        }

        using var table = InterfaceTable.Open(network);
        return [.. table.List(stop).Select(i => i.InterfaceAlias).Where(wanted.Matches)];
    }
}
