#requires -Version 7.4
#requires -Modules Microsoft.PowerShell.PlatyPS
<#
.SYNOPSIS
Brings docs/cmdlets up to date with the built module and makes en-US/PacketPath.dll-Help.xml from it.

.DESCRIPTION
People write the synopsis, the description, the examples and the notes. Syntax and parameter tables come from the cmdlets.
A parameter's text comes from its documentation comment, and is rewritten from it each time: edit it there.
A cmdlet without a page gets one, with its gaps marked {{ like this }}.
#>
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
$pages = Join-Path $PSScriptRoot 'cmdlets'
$work = Join-Path ([IO.Path]::GetTempPath()) "packetpath-help-$PID"

Import-Module (Join-Path $root 'PacketPath.psd1')
Import-Module Microsoft.PowerShell.PlatyPS

# The documentation comments, by member name.
$comments = @{}
$declared = [Collections.Generic.Dictionary[string, string]]::new()
foreach ($name in 'PacketPath', 'PacketPath.Core', 'PacketPath.Labs') {
    $xml = [xml](Get-Content -Raw (Join-Path $root "bin/$name.xml"))
    foreach ($member in $xml.doc.members.member) {
        $summary = $member.SelectSingleNode('summary')
        if (-not $summary) { continue }
        $text = $summary.InnerXml -replace '<see cref="\w:(?:[\w.]+\.)?(\w+)"\s*/>', '$1' -replace '<c>(.*?)</c>', '`$1`' -replace '<[^>]+>', '' -replace '\s+', ' '
        $comments[$member.name] = [Net.WebUtility]::HtmlDecode($text.Trim())
    }
}

function Get-Comment([Type] $Type, [string] $Property) {
    for (; $Type; $Type = $Type.BaseType) {
        $text = $comments["P:$($Type.FullName).$Property"]
        if ($text) { return $text }
    }
}

try {
    foreach ($command in Get-Command -Module PacketPath -CommandType Cmdlet) {
        $page = Join-Path $pages "$($command.Name).md"
        if (Test-Path $page) {
            $null = Update-MarkdownCommandHelp -Path $page -NoBackup
        }
        else {
            $made = New-MarkdownCommandHelp -CommandInfo $command -OutputFolder $work
            Move-Item $made $page
        }

        $help = Import-MarkdownCommandHelp -Path $page
        if ($help.Synopsis -like '*{{*') { $help.Synopsis = $comments["T:$($command.ImplementingType.FullName)"] }
        foreach ($parameter in $help.Parameters) {
            $text = Get-Comment $command.ImplementingType $parameter.Name
            if (-not $text) { throw "$($command.Name) -$($parameter.Name) has no documentation comment." }
            $parameter.Description = $text
        }

        foreach ($io in @($help.Inputs) + @($help.Outputs)) {
            $type = $io.Typename -replace '\[\]$'
            if ([string]::IsNullOrWhiteSpace($io.Description) -or $io.Description -like '*{{*') {
                $io.Description = $comments["T:$type"] ?? 'See the parameters that take pipeline input.'
            }
        }

        $help.Metadata.Remove('ms.date')
        $null = Export-MarkdownCommandHelp -CommandHelp $help -OutputFolder $work -Force
        $text = Get-Content -Raw (Join-Path $work "PacketPath/$($command.Name).md")
        # A date would change every page at every run.
        $text = ($text -replace '(?m)^ms\.date:.*\n', '' -replace "`r", '').TrimEnd() + "`n"
        [IO.File]::WriteAllText($page, $text)
    }

    $null = Get-ChildItem $pages -Filter *.md | Import-MarkdownCommandHelp | Export-MamlCommandHelp -OutputFolder $work -Force
    $maml = [IO.File]::ReadAllText((Get-ChildItem $work -Recurse -Filter PacketPath.dll-Help.xml | Select-Object -First 1))
    [IO.File]::WriteAllText((Join-Path $root 'en-US/PacketPath.dll-Help.xml'), ($maml -replace "`r", '').TrimEnd() + "`n")
}
finally {
    Remove-Item $work -Recurse -Force -ErrorAction Ignore
}
