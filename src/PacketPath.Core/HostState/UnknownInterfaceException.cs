namespace PacketPath.HostState;

/// <summary>A network namespace has no interface of that name.</summary>
public sealed class UnknownInterfaceException : Exception
{
    /// <summary>Creates the exception.</summary>
    public UnknownInterfaceException(string interfaceName, string netNamespace)
        : base($"There is no interface '{DisplayText.Clean(interfaceName)}' in network namespace {netNamespace}.") => InterfaceName = interfaceName;

    /// <summary>The name asked for.</summary>
    public string InterfaceName { get; }
}
