#requires -Version 7.4
#requires -Modules Microsoft.PowerShell.PlatyPS
<#
.SYNOPSIS
Brings docs/cmdlets up to date with the built module and makes en-US/PacketPath.dll-Help.xml from it.

.DESCRIPTION
People write the synopsis, the description, the examples and the notes. Syntax and parameter tables come from the cmdlets.
A parameter's text is its documentation comment, where nobody wrote more about it. A cmdlet without a page gets one, with its gaps marked {{ like this }}.
#>
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
$pages = Join-Path $PSScriptRoot 'cmdlets'
$work = Join-Path ([IO.Path]::GetTempPath()) "packetpath-help-$PID"

# PlatyPS would take text from the help as it is: it gets the module without any.
$bare = New-Item -ItemType Directory -Force "$work/module/PacketPath"
$null = New-Item -ItemType SymbolicLink -Path "$bare/bin" -Target (Join-Path $root 'bin')
Copy-Item (Join-Path $root 'PacketPath.psd1') $bare
Import-Module "$bare/PacketPath.psd1"
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

function Test-Gap([string] $Text) { [string]::IsNullOrWhiteSpace($Text) -or $Text -like '*{{*' }

function Get-Comment([Type] $Type, [string] $Property) {
    for (; $Type; $Type = $Type.BaseType) {
        $text = $comments["P:$($Type.FullName).$Property"]
        if ($text) { return $text }
    }
}

# PlatyPS takes related links with a web address or none; readers of the pages want a link to the page.
function Hide-Link([string] $Text) {
    $head, $links = $Text -split '(?<=^## RELATED LINKS\s)', 2, 'Multiline'
    $head + ($links -replace '\]\([\w-]*(\.md)?\)', ']()' -replace '(?m)^- ([A-Z][\w-]+)$', '- [$1]()')
}

function Show-Link([string] $Text) { $Text -replace '(?m)^(?:- )?\[([\w-]+)\]\(\)\s*?$', '- [$1]($1.md)' -replace '(?m)(^- \[.*\n)\n(?=- \[)', '$1' }

try {
    $null = New-Item -ItemType Directory -Force $work/PacketPath
    foreach ($command in Get-Command -Module PacketPath -CommandType Cmdlet) {
        $page = Join-Path $pages "$($command.Name).md"
        $draft = Join-Path $work "PacketPath/$($command.Name).md"
        if (Test-Path $page) {
            [IO.File]::WriteAllText($draft, (Hide-Link ([IO.File]::ReadAllText($page))))
            $null = Update-MarkdownCommandHelp -Path $draft -NoBackup
        }
        else {
            $null = New-MarkdownCommandHelp -CommandInfo $command -OutputFolder $work -Force
        }

        $help = Import-MarkdownCommandHelp -Path $draft
        if (Test-Gap $help.Synopsis) { $help.Synopsis = $comments["T:$($command.ImplementingType.FullName)"] }
        foreach ($parameter in $help.Parameters | Where-Object { Test-Gap $_.Description }) {
            $text = Get-Comment $command.ImplementingType $parameter.Name
            if (-not $text) { throw "$($command.Name) -$($parameter.Name) has no documentation comment." }
            $parameter.Description = $text
        }

        foreach ($list in $help.Inputs, $help.Outputs) {
            # What people wrote replaces the list of types that PlatyPS makes.
            $written = @($list | Where-Object { -not (Test-Gap $_.Description) })
            foreach ($item in @($list | Where-Object { Test-Gap $_.Description })) {
                $about = $comments["T:$($item.Typename -replace '\[\]$')"]
                if ($written -or -not $about) { $null = $list.Remove($item) } else { $item.Description = $about }
            }
        }

        $null = Export-MarkdownCommandHelp -CommandHelp $help -OutputFolder $work -Force
        # A date would change every page at every run.
        $text = [IO.File]::ReadAllText($draft) -replace '(?m)^ms\.date:.*\n' -replace "`r"
        [IO.File]::WriteAllText($page, (Show-Link $text).TrimEnd() + "`n")
    }

    $null = Get-ChildItem $work/PacketPath -Filter *.md | Import-MarkdownCommandHelp | Export-MamlCommandHelp -OutputFolder $work/maml -Force
    $maml = [IO.File]::ReadAllText((Get-ChildItem $work/maml -Recurse -Filter PacketPath.dll-Help.xml | Select-Object -First 1))
    [IO.File]::WriteAllText((Join-Path $root 'en-US/PacketPath.dll-Help.xml'), ($maml -replace "`r").TrimEnd() + "`n")
}
finally {
    Remove-Item $work -Recurse -Force -ErrorAction Ignore
}
