#requires -Version 7.4
<#
.SYNOPSIS
Builds, demonstrates and tests PacketPath.

.DESCRIPTION
Runs in PowerShell 7.4 or later, and through tools/pwsh on a machine that has only the .NET SDK: it uses no command
beyond the engine's own.

.PARAMETER Task
What to do, in this order: Setup, Build, Demo, Test, Soak, Docs, Bench, Package, Clean. Several may be given, separated by commas.

.PARAMETER Configuration
Release or Debug.

.PARAMETER Filter
Runs only the tests that match, as `dotnet test --filter` takes it. For Soak: only these labs, by name, separated by
commas; wildcards are welcome.

.PARAMETER Count
How often Soak runs each lab. Default: 20.

.PARAMETER Arguments
Handed on to the benchmark program.

.EXAMPLE
tools/pwsh build.ps1 -Task Demo

.EXAMPLE
./build.ps1 -Task Build,Test

.EXAMPLE
./build.ps1 -Task Soak -Filter 'Route*,NoFault-*' -Count 3
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [string[]] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release',

    [string] $Filter,

    [ValidateRange(1, 100000)]
    [int] $Count = 20,

    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Arguments = @()
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$artifacts = [IO.Path]::Combine($root, 'artifacts')
$knownTasks = 'Setup', 'Build', 'Demo', 'Test', 'Soak', 'Docs', 'Bench', 'Package', 'Clean'
$done = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
$counts = @{ Passed = 0; Failed = 0; Skipped = 0 }
$tested = $false

$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_CLI_UI_LANGUAGE = 'en'
$env:MSBUILDDISABLENODEREUSE = '1'

function say([string] $Text) { $Host.UI.WriteLine($Text) }

function at([Parameter(ValueFromRemainingArguments)] [string[]] $Parts) { [IO.Path]::Combine([string[]] (@($root) + $Parts)) }

function has([string] $Name) { $null -ne (Get-Command -Name $Name -CommandType Application -ErrorAction Ignore) }

# Runs a program, shows what it writes, and returns its exit code.
function run([string] $Program, [string[]] $Words) {
    $before = $PSNativeCommandUseErrorActionPreference
    $PSNativeCommandUseErrorActionPreference = $false
    $ErrorActionPreference = 'Continue'
    & $Program @Words | Out-Host
    $PSNativeCommandUseErrorActionPreference = $before
    $global:LASTEXITCODE
}

function mustRun([string] $Program, [string[]] $Words) {
    $code = run $Program $Words
    if ($code -ne 0) { throw "$Program $($Words -join ' ') ended with exit code $code." }
}

function once([string] $Name) {
    if ($done.Add($Name)) { & "do$Name" }
}

function hasLibrary([string] $Name) {
    $handle = [IntPtr]::Zero
    if (-not [Runtime.InteropServices.NativeLibrary]::TryLoad($Name, [ref] $handle)) { return $false }
    [Runtime.InteropServices.NativeLibrary]::Free($handle)
    $true
}

# Package by program: what the module's labs need, then the servers and clients that tests hold its answers against.
$labPackages = [ordered]@{
    'ip' = 'iproute2'; 'nft' = 'nftables'; 'iptables-nft' = 'iptables'; 'conntrack' = 'conntrack'
}
$testPackages = [ordered]@{
    'tracepath' = 'iputils-tracepath'; 'ethtool' = 'ethtool'; 'tcpdump' = 'tcpdump'; 'curl' = 'curl'; 'openssl' = 'openssl'
    'nginx' = 'nginx-light'; 'caddy' = 'caddy'; 'unbound' = 'unbound'; 'dnsmasq' = 'dnsmasq-base'; 'kdig' = 'knot-dnsutils'
    'tinyproxy' = 'tinyproxy'; 'squid' = 'squid'; 'gtlsserver' = 'ngtcp2-server'; 'gtlsclient' = 'ngtcp2-client'
    'chromium-headless-shell' = 'chromium-headless-shell'; 'ssh' = 'openssh-client'; 'sshd' = 'openssh-server'
}

# What some of them would start with the next boot.
$services = @{
    'nginx-light' = 'nginx'; 'caddy' = 'caddy'; 'unbound' = 'unbound'; 'tinyproxy' = 'tinyproxy'; 'squid' = 'squid'; 'ngtcp2-server' = 'ngtcp2d'
    'openssh-server' = 'ssh', 'ssh.socket'
}

function isHere([string] $Program) { (has $Program) -or [IO.File]::Exists("/usr/sbin/$Program") }

function doNeeds { install $labPackages }

function doSetup {
    once Needs
    install $testPackages
}

function install([Collections.IDictionary] $Packages) {
    $missing = @(
        if ($Packages.Contains('ip') -and -not (hasLibrary 'libpcap.so.0.8') -and -not (hasLibrary 'libpcap.so.1')) { 'libpcap0.8' }
        foreach ($program in $Packages.Keys) { if (-not (isHere $program)) { $Packages[$program] } }
    )
    $list = $missing -join ' '
    if ($missing.Count -eq 0) {
        say "Setup: $($Packages.Keys -join ', ') are here."
    }
    elseif (-not (has 'apt-get')) {
        say "Setup: missing: $list. Install them with this system's package manager. Going on without."
    }
    elseif (-not [Environment]::IsPrivilegedProcess) {
        say "Setup: missing: $list. Going on without; to install them run:"
        say "  sudo apt-get install -y --no-install-recommends $list"
    }
    else {
        say "Setup: installing $list with apt-get."
        withoutStarting { aptInstall $missing }
        foreach ($package in $missing) {
            if ($services.Contains($package) -and (has 'systemctl')) {
                foreach ($service in $services[$package]) { $null = run 'systemctl' @('--quiet', 'disable', $service) }
            }
        }
    }
}

function aptInstall([string[]] $Packages) {
    $env:DEBIAN_FRONTEND = 'noninteractive'
    $words = @('install', '-y', '-qq', '--no-install-recommends') + $Packages
    if ((run 'apt-get' $words) -eq 0) { return }
    say 'Setup: reading the package lists first.'
    if ((run 'apt-get' @('update', '-qq')) -eq 0 -and (run 'apt-get' $words) -eq 0) { return }

    # One that this release does not have must not keep the others away.
    foreach ($package in $Packages) {
        if ((run 'apt-get' @('install', '-y', '-qq', '--no-install-recommends', $package)) -ne 0) {
            say "Setup: apt-get could not install $package. Going on without."
        }
    }
}

# Installed servers are for tests to start, in networks of their own: none may start on this host.
function withoutStarting([scriptblock] $Body) {
    $policy = '/usr/sbin/policy-rc.d'
    $ours = -not [IO.File]::Exists($policy)
    try {
        if ($ours) {
            [IO.File]::WriteAllText($policy, "#!/bin/sh`nexit 101`n")
            [IO.File]::SetUnixFileMode($policy, [IO.UnixFileMode] 'UserRead, UserWrite, UserExecute, GroupRead, GroupExecute, OtherRead, OtherExecute')
        }

        & $Body
    }
    finally {
        if ($ours) { [IO.File]::Delete($policy) }
    }
}

function doBuild {
    say "Build: src/PacketPath ($Configuration)."
    mustRun 'dotnet' @('build', (at src PacketPath PacketPath.csproj), '-c', $Configuration, '--nologo', '-v', 'quiet')
    say "Build: Import-Module $(at PacketPath.psd1)"
}

function doDemo {
    once Needs
    once Build
    Import-Module (at PacketPath.psd1)
    say ''
    say 'Demo: the lab SynDrop, on real packets in a network made for it.'
    $results = @(Invoke-PacketLab -Name SynDrop -ShowOutput | ForEach-Object { $_ | Out-Host; $_ } |
        Where-Object { $_.PSObject.TypeNames[0] -eq 'PacketPath.PacketLabResult' })
    if ($results.Count -eq 0) { throw 'The lab gave no result.' }
    foreach ($result in $results) {
        say "Demo: the verdict is $($result.FaultId ?? 'none'), the truth is $($result.Expected). The network is gone again."
        if (-not $result.Passed) { throw "The lab $($result.Scenario) did not give the verdict it should: $($result.Failure)" }
    }
}

# Adds one results file (trx) to the counts, and names what failed and what was skipped.
function addResults([string] $Path) {
    $xml = [Xml.XmlDocument]::new()
    $xml.Load($Path)
    $names = [Xml.XmlNamespaceManager]::new($xml.NameTable)
    $names.AddNamespace('t', 'http://microsoft.com/schemas/VisualStudio/TeamTest/2010')
    $failed = 0
    foreach ($test in $xml.SelectNodes('/t:TestRun/t:Results/t:UnitTestResult', $names)) {
        switch ($test.GetAttribute('outcome')) {
            'Passed' { $counts.Passed++ }
            'NotExecuted' {
                $counts.Skipped++
                $why = $test.SelectSingleNode('t:Output/t:ErrorInfo/t:Message', $names) ?? $test.SelectSingleNode('t:Output/t:StdOut', $names)
                say "  skipped: $($test.GetAttribute('testName')): $(if ($why) { $why.InnerText.Trim() } else { 'no reason given' })"
            }
            default {
                $counts.Failed++
                $failed++
                say "  FAILED: $($test.GetAttribute('testName'))"
            }
        }
    }

    $failed
}

function testProject([string] $Project) {
    $name = [IO.Path]::GetFileNameWithoutExtension($Project)
    $results = [IO.Path]::Combine($artifacts, 'tests', "$name.trx")
    [IO.File]::Delete($results)
    say "Test: $name."
    $words = @(
        'test', $Project, '-c', $Configuration, '--nologo', '-v', 'quiet'
        '--logger', "trx;LogFileName=$name.trx", '--results-directory', [IO.Path]::GetDirectoryName($results)
        '--blame-hang-timeout', '10min', '--blame-hang-dump-type', 'none'
    )
    if ($Filter) { $words += '--filter', $Filter }
    $code = run 'dotnet' $words
    $failed = if ([IO.File]::Exists($results)) { addResults $results } else { 0 }
    if ($code -ne 0 -and $failed -eq 0) {
        say "  FAILED: $name ended with exit code $code and no failed test: it did not build, or its process ended early."
        $counts.Failed++
    }
}

function countSpecs([string[]] $Files) {
    $total = 0
    foreach ($file in $Files) {
        $script = [Management.Automation.Language.Parser]::ParseFile($file, [ref] $null, [ref] $null)
        $total += @($script.FindAll({ param($node) $node -is [Management.Automation.Language.CommandAst] -and $node.GetCommandName() -eq 'It' }, $true)).Count
    }

    $total
}

function testSpecs {
    if (-not [IO.Directory]::Exists((at tests module))) { return }
    $files = @([IO.Directory]::GetFiles((at tests module), '*.Tests.ps1'))
    $pester = Get-Module -Name Pester -ListAvailable | Where-Object { $_.Version.Major -ge 5 } | ForEach-Object { $_ }
    $why = if (-not (Get-Command -Name ConvertTo-Json -ErrorAction Ignore)) { 'this is not a full PowerShell: the engine host has no Pester' }
    elseif (-not $pester) { 'Pester 5 is not installed (Install-Module Pester)' }
    if ($why) {
        $total = countSpecs $files
        say "Test: $total Pester specs in tests/module skipped: $why."
        $counts.Skipped += $total
        return
    }

    say 'Test: tests/module (Pester).'
    Import-Module Pester -MinimumVersion 5.0
    $settings = @{ Run = @{ Path = (at tests module); PassThru = $true }; Output = @{ Verbosity = 'Normal' } }
    $run = Invoke-Pester -Configuration $settings
    $counts.Passed += $run.PassedCount
    $counts.Failed += $run.FailedCount + $run.FailedBlocksCount + $run.FailedContainersCount
    $counts.Skipped += $run.SkippedCount + $run.NotRunCount
}

function doTest {
    $script:tested = $true
    try {
        once Setup
        once Build
    }
    catch {
        say "  FAILED: $_"
        $counts.Failed++
        return
    }

    $null = [IO.Directory]::CreateDirectory([IO.Path]::Combine($artifacts, 'tests'))
    $projects = @([IO.Directory]::GetFiles((at tests), '*.Tests.csproj', [IO.SearchOption]::AllDirectories))
    [Array]::Sort($projects)
    foreach ($project in $projects) { testProject $project }
    if (-not $Filter) { testSpecs }
}

function doSoak {
    once Needs
    once Build
    # Called here and not as a program: an argument such as R* would become the names of files on the way to one.
    & (at tests soak Soak.ps1) -Count $Count -Filter $(if ($Filter) { $Filter } else { '*' })
    if ($LASTEXITCODE -ne 0) { throw "The soak ended with exit code $LASTEXITCODE." }
}

function doDocs {
    once Build
    $missing = if (-not (Get-Command -Name ConvertTo-Json -ErrorAction Ignore)) { 'a full PowerShell' }
    elseif (-not (Get-Module -Name Microsoft.PowerShell.PlatyPS -ListAvailable)) { 'the module Microsoft.PowerShell.PlatyPS (Install-PSResource Microsoft.PowerShell.PlatyPS)' }
    if ($missing) { throw "Docs: en-US/PacketPath.dll-Help.xml cannot be made without $missing." }
    & (at docs Update-Help.ps1)
    say 'Docs: wrote en-US/PacketPath.dll-Help.xml from docs/cmdlets.'
}

function doBench {
    once Setup
    once Build
    mustRun 'dotnet' (@('run', '-c', 'Release', '--project', (at tests PacketPath.Bench), '--') + $Arguments)
}

function copyTree([string] $From, [string] $To, [string[]] $Without = @()) {
    $null = [IO.Directory]::CreateDirectory($To)
    foreach ($file in [IO.Directory]::GetFiles($From)) {
        if ([IO.Path]::GetExtension($file) -notin $Without) { [IO.File]::Copy($file, [IO.Path]::Combine($To, [IO.Path]::GetFileName($file)), $true) }
    }

    foreach ($folder in [IO.Directory]::GetDirectories($From)) {
        $name = [IO.Path]::GetFileName($folder)
        if (-not $name.StartsWith('shell')) { copyTree $folder ([IO.Path]::Combine($To, $name)) $Without }
    }
}

function doPackage {
    once Build
    $version = (Test-ModuleManifest -Path (at PacketPath.psd1)).Version
    $folder = [IO.Path]::Combine($artifacts, 'PacketPath', $version)
    if ([IO.Directory]::Exists($folder)) { [IO.Directory]::Delete($folder, $true) }
    $null = [IO.Directory]::CreateDirectory($folder)
    foreach ($name in 'PacketPath.psd1', 'LICENSE', 'README.md') {
        if ([IO.File]::Exists((at $name))) { [IO.File]::Copy((at $name), [IO.Path]::Combine($folder, $name)) }
    }

    copyTree (at bin) ([IO.Path]::Combine($folder, 'bin')) '.pdb', '.xml', '.lock'
    copyTree (at en-US) ([IO.Path]::Combine($folder, 'en-US'))
    copyTree (at docs faults) ([IO.Path]::Combine($folder, 'docs', 'faults'))
    $zip = [IO.Path]::Combine($artifacts, "PacketPath-$version.zip")
    [IO.File]::Delete($zip)
    [IO.Compression.ZipFile]::CreateFromDirectory([IO.Path]::Combine($artifacts, 'PacketPath'), $zip, 'Optimal', $true)
    say "Package: $folder"
    say "Package: $zip"
}

function doClean {
    $folders = @($artifacts) + @(foreach ($tree in 'src', 'tests') {
        foreach ($project in [IO.Directory]::GetDirectories((at $tree))) { [IO.Path]::Combine($project, 'obj'); [IO.Path]::Combine($project, 'bin') }
    })
    # The shell this script may be running in stays: tools/pwsh renews it when its sources change.
    if ([IO.Directory]::Exists((at bin))) {
        [IO.Directory]::GetFiles((at bin)) | ForEach-Object { [IO.File]::Delete($_) }
        $folders += [IO.Directory]::GetDirectories((at bin)) | Where-Object { [IO.Path]::GetFileName($_) -ne 'shell' }
    }

    foreach ($folder in $folders) {
        if ([IO.Directory]::Exists($folder)) { [IO.Directory]::Delete($folder, $true) }
    }

    say 'Clean: removed everything that was built, but bin/shell.'
}

$asked = @($Task | ForEach-Object { $_.Split(',', [StringSplitOptions] 'RemoveEmptyEntries, TrimEntries') })
foreach ($name in $asked) {
    if ($name -notin $knownTasks) { throw "There is no task '$name'. The tasks are $($knownTasks -join ', ')." }
}

foreach ($name in $asked) { once $name }

if ($tested) {
    say "$($counts.Passed) passed, $($counts.Failed) failed, $($counts.Skipped) skipped"
    if ($counts.Failed -gt 0 -or $counts.Passed -eq 0) { exit 1 }
}
