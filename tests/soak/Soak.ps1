<#
.SYNOPSIS
Runs the trace of every shipped lab again and again: the verdict must be the truth each time. Needs root.

.PARAMETER Filter
The labs, separated by commas; wildcards are welcome. Default: all that have a trace.

.PARAMETER Count
How often each is run. Default: 20.

.EXAMPLE
tools/pwsh tests/soak/Soak.ps1 -Filter 'Route*,NoFault-IPv6' -Count 3
#>
param(
    [string[]] $Filter = '*',
    [ValidateRange(1, 100000)] [int] $Count = 20
)

$ErrorActionPreference = 'Stop'
Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PacketPath.psd1'))
$labs = $Filter.Split(',', [StringSplitOptions] 'RemoveEmptyEntries, TrimEntries')
$clock = [Diagnostics.Stopwatch]::StartNew()
$right = 0
$wrong = 0

function say([string] $Text) { $Host.UI.WriteLine($Text) }

foreach ($round in 1..$Count) {
    Invoke-PacketLab -Name $labs -Trace -ErrorAction SilentlyContinue -ErrorVariable problems | ForEach-Object {
        if ($_.Passed) { $right++ }
        else {
            $wrong++
            say "  wrong in round ${round}: $($_.Scenario): $($_.Failure) $($_.Actual.Summary)$(if ($_.PcapPath) { " Packets: $($_.PcapPath)" })"
        }
    }

    foreach ($problem in $problems) {
        $wrong++
        say "  wrong in round ${round}: $($problem.TargetObject): $problem"
    }

    if ($right + $wrong -eq 0) { break }
    say "Soak: round $round of ${Count}: $right right, $wrong wrong, $([int] $clock.Elapsed.TotalSeconds) s"
}

if ($right + $wrong -eq 0) { say "Soak: FAILED: no lab that has a trace is named $($labs -join ' or ')." }
elseif ($wrong -gt 0) { say "Soak: FAILED: $wrong of $($right + $wrong) verdicts are wrong." }
else { say "Soak: passed: all $right verdicts are the truth." }
exit [int] ($wrong -gt 0 -or $right -eq 0)
