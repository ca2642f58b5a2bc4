<#
.SYNOPSIS
Runs the trace of every shipped lab again and again: the verdict must be the truth each time. Needs root.

.PARAMETER Filter
The labs, separated by commas; wildcards are welcome. Default: all that have a trace.

.PARAMETER Count
How often each is run. Default: 20.

.PARAMETER ThrottleLimit
How many labs run side by side. Default: one for each processor.

.EXAMPLE
tools/pwsh tests/soak/Soak.ps1 -Filter 'Route*,NoFault-IPv6' -Count 3
#>
param(
    [string[]] $Filter = '*',
    [ValidateRange(1, 100000)] [int] $Count = 20,
    [ValidateRange(1, 64)] [int] $ThrottleLimit = [Environment]::ProcessorCount
)

$ErrorActionPreference = 'Stop'
$module = [IO.Path]::Combine($PSScriptRoot, '..', '..', 'PacketPath.psd1')
Import-Module $module
$clock = [Diagnostics.Stopwatch]::StartNew()
$right = 0
$wrong = 0

function say([string] $Text) { $Host.UI.WriteLine($Text) }

$asked = $Filter.Split(',', [StringSplitOptions] 'RemoveEmptyEntries, TrimEntries')
$labs = @(Get-PacketLab -Name $asked -ErrorAction SilentlyContinue -ErrorVariable unknown | Where-Object Trace | ForEach-Object Name)
foreach ($problem in $unknown) { say "Soak: $problem" }

# Each runspace takes the next lab, whichever round it belongs to, and leaves one line for each run.
$toRun = [Collections.Concurrent.ConcurrentQueue[object]]::new()
foreach ($round in 1..$Count) { foreach ($lab in $labs) { $toRun.Enqueue(@($lab, $round)) } }
$total = $toRun.Count
$told = [Collections.Concurrent.BlockingCollection[object]]::new()
$worker = {
    param($Module, $ToRun, $Told)
    Import-Module $Module
    $next = $null
    while ($ToRun.TryDequeue([ref] $next)) {
        $lab, $round = $next
        $result = Invoke-PacketLab -Name $lab -Trace -ErrorAction SilentlyContinue -ErrorVariable problems
        $why = if ($problems) { "$($problems[0])" }
        elseif (-not $result) { 'it came to no result' }
        elseif (-not $result.Passed) { "$($result.Failure) $($result.Actual.Summary)$(if ($result.PcapPath) { " Packets: $($result.PcapPath)" })" }
        $Told.Add(@($lab, $round, $why))
    }
}
$workers = foreach ($i in 1..$ThrottleLimit) {
    $shell = [PowerShell]::Create([Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()).AddScript($worker).AddArgument($module).AddArgument($toRun).AddArgument($told)
    [pscustomobject] @{ Shell = $shell; Running = $shell.BeginInvoke() }
}

try {
    $run = $null
    for ($seen = 0; $seen -lt $total) {
        if (-not $told.TryTake([ref] $run, 1000)) {
            if (@($workers | Where-Object { -not $_.Running.IsCompleted }).Count -eq 0 -and $told.Count -eq 0) { break }
            continue
        }

        $seen++
        $lab, $round, $why = $run
        if ($why) {
            $wrong++
            say "  wrong in round ${round}: ${lab}: $why"
        }
        else { $right++ }
        if ($seen % $labs.Count -eq 0) { say "Soak: $seen of $total runs: $right right, $wrong wrong, $([int] $clock.Elapsed.TotalSeconds) s" }
    }

    # A worker that ends early says why.
    foreach ($one in $workers) { $null = $one.Shell.EndInvoke($one.Running) }
}
finally {
    $toRun.Clear()
    foreach ($one in $workers) {
        $one.Shell.Stop()
        $one.Shell.Dispose()
    }
}

if ($total -eq 0) { say "Soak: FAILED: no lab that has a trace is named $($asked -join ' or ')." }
elseif ($wrong -gt 0) { say "Soak: FAILED: $wrong of $($right + $wrong) verdicts are wrong." }
elseif ($unknown) { say "Soak: FAILED: not all labs asked for are there; all $right verdicts of the others are the truth." }
else { say "Soak: passed: all $right verdicts are the truth." }
exit [int] ($unknown -or $wrong -gt 0 -or $right -lt $total -or $total -eq 0)
