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
    FormatsToProcess     = @('bin/Formatting/PacketPath.Format.ps1xml')
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
