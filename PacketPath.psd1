@{
    RootModule           = 'bin/PacketPath.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '6f2c1c5e-2a39-4f0c-9a0e-5b1d0f9a7c31'
    Author               = 'The PacketPath developers'
    CompanyName          = 'PacketPath'
    Copyright            = '(c) The PacketPath developers. MIT licence.'
    Description          = 'Tells why a packet does not arrive: route, policy rule, neighbor, firewall, socket and probe joined into one proven verdict on a Linux host.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    RequiredAssemblies   = @('bin/PacketPath.Core.dll', 'bin/PacketPath.Labs.dll')
    TypesToProcess       = @('bin/Formatting/PacketPath.Types.ps1xml')
    FormatsToProcess     = @(
        'bin/Formatting/PacketRoute.Format.ps1xml'
        'bin/Formatting/PolicyRule.Format.ps1xml'
        'bin/Formatting/NeighborEntry.Format.ps1xml'
        'bin/Formatting/PacketInterface.Format.ps1xml'
        'bin/Formatting/SynPathResult.Format.ps1xml'
        'bin/Formatting/MtuProbeResult.Format.ps1xml'
        'bin/Formatting/QuicPathResult.Format.ps1xml'
        'bin/Formatting/ProxyConnectResult.Format.ps1xml'
        'bin/Formatting/DnsTruncationResult.Format.ps1xml'
        'bin/Formatting/NameLookupResult.Format.ps1xml'
        'bin/Formatting/PacketFailure.Format.ps1xml'
        'bin/Formatting/PacketTrace.Format.ps1xml'
        'bin/Formatting/PacketLab.Format.ps1xml'
        'bin/Formatting/StudyCard.Format.ps1xml'
        'bin/Formatting/FirewallHook.Format.ps1xml'
        'bin/Formatting/QueueStats.Format.ps1xml'
        'bin/Formatting/SocketEntry.Format.ps1xml'
        'bin/Formatting/ConntrackStats.Format.ps1xml'
        'bin/Formatting/ConntrackEntry.Format.ps1xml'
        'bin/Formatting/PacketRecord.Format.ps1xml'
        'bin/Formatting/PacketFlowComparison.Format.ps1xml'
        'bin/Formatting/TlsServerNameResult.Format.ps1xml'
    )
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    CmdletsToExport      = @(
        'Compare-PacketCapture'
        'ConvertTo-PacketReport'
        'Get-ConntrackEntry'
        'Get-ConntrackStats'
        'Get-FirewallHook'
        'Get-NeighborEntry'
        'Get-PacketInterface'
        'Get-PacketLab'
        'Get-PacketRoute'
        'Get-PolicyRule'
        'Get-QueueStats'
        'Get-SocketEntry'
        'Invoke-MtuProbe'
        'Invoke-PacketLab'
        'Resolve-PacketFailure'
        'Test-ProxyConnect'
        'Test-QuicPath'
        'Test-DnsTruncation'
        'Test-SynPath'
        'Test-TlsServerName'
        'Trace-PacketPath'
        'Watch-PacketCapture'
    )
    PrivateData          = @{
        PSData = @{
            Tags       = @('Network', 'Linux', 'Diagnostics', 'Routing', 'Firewall', 'Netlink', 'Capture')
            LicenseUri = 'https://opensource.org/license/mit'
        }
    }
}
