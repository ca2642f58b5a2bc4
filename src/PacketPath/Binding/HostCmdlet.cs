using System.Management.Automation;

namespace PacketPath.Binding;

/// <summary>A cmdlet that looks at the host: it can look into another network namespace.</summary>
public abstract class HostCmdlet : PacketPathCmdlet
{
    /// <summary>The network namespace to look into: a name under /run/netns, a path, or a process id. Default: the process's own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? NetNamespace { get; set; }
}
