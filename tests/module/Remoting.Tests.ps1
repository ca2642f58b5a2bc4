#requires -Version 7.4
#requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# Objects over SSH remoting: an SSH server of our own on loopback, with a configuration, keys and a port that are thrown away with it.

BeforeDiscovery {
    $sshd = (Get-Command sshd, /usr/sbin/sshd -CommandType Application -ErrorAction Ignore | Select-Object -First 1).Source
    $why = if (-not $IsLinux) { 'this is not Linux' }
    elseif (-not $sshd) { 'there is no sshd (package openssh-server)' }
    elseif (-not (Get-Command ssh, ssh-keygen -CommandType Application -ErrorAction Ignore)) { 'there is no ssh (package openssh-client)' }
    elseif (-not (Get-Command New-PSSession -ErrorAction Ignore).ParameterSets.Name.Contains('SSHHost')) { 'this PowerShell has no SSH remoting' }
    $title = 'Objects over SSH remoting' + $(if ($why) { " (skipped: $why)" })
}

Describe $title -Skip:([bool] $why) {
    BeforeAll {
        $root = [IO.Path]::GetFullPath((Join-Path $PSScriptRoot '../..'))
        $manifest = Join-Path $root 'PacketPath.psd1'
        Import-Module $manifest -Force

        $unused = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $unused.Start()
        $port = $unused.LocalEndpoint.Port
        $unused.Stop()
        $closed = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $closed.Start()
        $closedPort = $closed.LocalEndpoint.Port
        $closed.Stop()

        $folder = (New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "packetpath-ssh-$PID")).FullName
        & chmod 700 $folder
        foreach ($key in 'host', 'user') { & ssh-keygen -q -t ed25519 -N '' -C packetpath-test -f "$folder/$key" }
        Copy-Item "$folder/user.pub" "$folder/authorized"
        # A server that runs as root wants this empty folder to be there.
        $madeRun = [Environment]::IsPrivilegedProcess -and -not (Test-Path /run/sshd)
        if ($madeRun) { $null = New-Item -ItemType Directory /run/sshd }
        Set-Content "$folder/sshd_config" @"
ListenAddress 127.0.0.1:$port
HostKey $folder/host
AuthorizedKeysFile $folder/authorized
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
Subsystem powershell $([Environment]::ProcessPath) -sshs -NoLogo -NoProfile
"@
        $sshd = (Get-Command sshd, /usr/sbin/sshd -CommandType Application -ErrorAction Ignore | Select-Object -First 1).Source
        $server = Start-Process $sshd -ArgumentList '-D', '-e', '-f', "$folder/sshd_config" -PassThru -RedirectStandardError "$folder/log" -RedirectStandardOutput "$folder/out"
        $listens = [Threading.SpinWait]::SpinUntil({ (Get-SocketEntry -LocalPort $port -State Listen -NoProcess) -or $server.HasExited }, 10000)
        if (-not $listens -or $server.HasExited) { throw "The SSH server did not start: $(Get-Content -Raw "$folder/log")" }
        $session = New-PSSession -HostName 127.0.0.1 -Port $port -UserName ([Environment]::UserName) -KeyFilePath "$folder/user" -Options @{ StrictHostKeyChecking = 'no'; UserKnownHostsFile = '/dev/null'; LogLevel = 'ERROR' }
        Invoke-Command $session { param($Manifest) Import-Module $Manifest } -ArgumentList $manifest
    }

    AfterAll {
        if ($session) { Remove-PSSession $session }
        if ($server -and -not $server.HasExited) { $server.Kill($true) }
        if ($madeRun) { Remove-Item /run/sshd }
        if ($folder) { Remove-Item -Recurse -Force $folder }
    }

    It 'are evidence on this side' {
        $remote = Invoke-Command $session { param($Port) Test-SynPath 127.0.0.1 -Port $Port } -ArgumentList $closedPort
        $remote.PSTypeNames[0] | Should -Be 'Deserialized.PacketPath.SynPathResult'
        $here = $remote | Resolve-PacketFailure -PrimaryOnly
        $there = Invoke-Command $session { param($Port) Test-SynPath 127.0.0.1 -Port $Port | Resolve-PacketFailure -PrimaryOnly } -ArgumentList $closedPort
        $here.FaultId | Should -Be 'RemoteRefused'
        $here.Confidence | Should -Be $there.Confidence
        $here.RuledOut.Layer | Should -Be $there.RuledOut.Layer
    }

    It 'of a trace give its verdict again, and a page' {
        $trace = Invoke-Command $session { param($Port) Trace-PacketPath 127.0.0.1 -Port $Port } -ArgumentList $closedPort
        $trace.PSTypeNames[0] | Should -Be 'Deserialized.PacketPath.PacketTrace'
        ($trace | Resolve-PacketFailure -PrimaryOnly).FaultId | Should -Be $trace.Verdict.FaultId
        $trace.Stages.Count | Should -BeGreaterThan 15
        $page = $trace | ConvertTo-PacketReport
        $page.Contains("✕ $($trace.Verdict.FaultId)") | Should -BeTrue
        $page.Contains("broken at $(($trace.Stages | Where-Object Status -EQ Fault).Name)") | Should -BeTrue
    }

    It 'of collectors keep their properties' {
        $lo = Invoke-Command $session { Get-PacketInterface lo }
        $lo.PSComputerName | Should -Be '127.0.0.1'
        $lo.AdminUp | Should -BeTrue
        $lo.Addresses.IPAddress | Should -Contain '127.0.0.1'
        (Invoke-Command $session { Get-PacketRoute 127.0.0.1 }).Rule.Table | Should -Be 'local'
        ($lo | Resolve-PacketFailure).FaultId | Should -Be 'NoFault'
    }

    It 'name the cards and their labs' {
        $cards = Invoke-Command $session { Get-PacketLab -StudyCard }
        $cards.Count | Should -BeGreaterThan 40
        ($cards[0] | Get-PacketLab).Name | Should -Be $cards[0].Lab
    }
}
