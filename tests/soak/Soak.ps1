<#
.SYNOPSIS
Runs the trace of every shipped lab again and again: the verdict must be the truth each time.

.PARAMETER Name
The labs; wildcards are welcome. Default: all.

.PARAMETER Rounds
How often each is run. Default: 20.
#>
param([string[]] $Name = '*', [int] $Rounds = 20)

$ErrorActionPreference = 'Stop'
Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PacketPath.psd1'))
$wrong = [Collections.Generic.List[string]]::new()
$clock = [Diagnostics.Stopwatch]::StartNew()
$right = 0
foreach ($round in 1..$Rounds) {
    Invoke-PacketLab -Name $Name -Trace | ForEach-Object {
        if ($_.Passed) { $right++ }
        else {
            $wrong.Add("round ${round}: $($_.Scenario): $($_.Failure)")
            $Host.UI.WriteLine("  wrong, $($wrong[-1])")
        }
    }

    $Host.UI.WriteLine("Soak: round $round of ${Rounds}: $right right, $($wrong.Count) wrong, $([int] $clock.Elapsed.TotalSeconds) s")
}

exit [int] ($wrong.Count -gt 0 -or $right -eq 0)
