#requires -Version 7.4
#requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    $cmdlets = (Import-PowerShellDataFile (Join-Path $PSScriptRoot '../../PacketPath.psd1')).CmdletsToExport
}

BeforeAll {
    $root = [IO.Path]::GetFullPath((Join-Path $PSScriptRoot '../..'))
    Import-Module (Join-Path $root 'PacketPath.psd1') -Force

    function Get-Columns($InputObject) {
        $lines = @(($InputObject | Out-String -Width 100) -split "`n" | ForEach-Object { $_ -replace "`e\[[0-9;]*m" } | Where-Object { $_.Trim() })
        , @($lines[0].Trim() -split '\s+')
    }

    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $openPort = $listener.LocalEndpoint.Port

    $unused = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $unused.Start()
    $closedPort = $unused.LocalEndpoint.Port
    $unused.Stop()
}

AfterAll {
    $listener.Stop()
}

Describe 'The module' {
    It 'exports what its manifest lists and nothing else' {
        $manifest = Import-PowerShellDataFile (Join-Path $root 'PacketPath.psd1')
        (Get-Command -Module PacketPath).Name | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
    }

    It 'is a valid manifest' {
        { Test-ModuleManifest (Join-Path $root 'PacketPath.psd1') -ErrorAction Stop } | Should -Not -Throw
    }

    It 'shows help with a synopsis, parameters and examples for <_>' -ForEach $cmdlets {
        $help = Get-Help $_ -Full
        $help.Synopsis | Should -Not -BeLike "$_ *"
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
        $help.parameters.parameter.description.Text | Should -Not -BeNullOrEmpty
    }

    It "has about topics" {
        Get-Help about_PacketPath_Labs | Out-String | Should -Match "STUDY CARDS"
        Get-Help about_PacketPath | Out-String | Should -Match 'THE PIPELINE'
    }
}

Describe 'Get-PacketRoute' {
    It 'resolves a destination to one route' {
        $route = Get-PacketRoute 127.0.0.1
        $route | Should -BeOfType PacketPath.PacketRoute
        $route.InterfaceAlias | Should -Be lo
        $route.RemoteAddress | Should -Be 127.0.0.1
    }

    It 'takes destinations from the pipeline, by value and by property name' {
        @('127.0.0.1', '127.0.0.2' | Get-PacketRoute).RemoteAddress | Should -Be '127.0.0.1', '127.0.0.2'
        ([pscustomobject]@{ RemoteAddress = '127.0.0.3' } | Get-PacketRoute).RemoteAddress | Should -Be '127.0.0.3'
    }

    It 'shows a table that starts with the destination' {
        (Get-Columns (Get-PacketRoute 127.0.0.1))[0] | Should -Be 'Destination'
    }

    It 'names the text it cannot take as an address, and goes on' {
        $found = Get-PacketRoute '10', '127.0.0.1' -ErrorAction SilentlyContinue -ErrorVariable problem
        $found.RemoteAddress | Should -Be 127.0.0.1
        $problem.TargetObject | Should -Be '10'
        "$problem" | Should -Match "'?10'?"
    }
}

Describe 'The other collectors' {
    It 'lists interfaces with addresses' {
        $lo = Get-PacketInterface lo
        $lo.AdminUp | Should -BeTrue
        Get-Columns $lo | Should -Not -BeNullOrEmpty
    }

    It 'completes interface names' {
        (TabExpansion2 'Get-PacketInterface l').CompletionMatches.CompletionText | Should -Contain 'lo'
    }

    It 'says which interface there is none of' {
        Get-PacketInterface nosuch0 -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'InterfaceNotFound*'
        $problem.TargetObject | Should -Be 'nosuch0'
    }

    It 'lists the rule that selects the local table' {
        (Get-PolicyRule -IPv4 | Where-Object Priority -EQ 0).Table | Should -Be 'local'
    }

    It 'says which namespace there is none of' {
        Get-PolicyRule -NetNamespace pp-nosuch -ErrorAction SilentlyContinue -ErrorVariable problem
        "$problem" | Should -Match 'pp-nosuch'
    }
}

Describe 'Sockets' {
    BeforeAll {
        $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $listener.Start(5)
        $port = $listener.LocalEndpoint.Port
    }

    AfterAll { $listener.Stop() }

    It 'names the process that listens, and its queue' {
        $socket = Get-SocketEntry -LocalPort $port -State Listen
        $socket | Should -BeOfType PacketPath.SocketEntry
        $socket.OwningProcess | Should -Be $PID
        $socket.AcceptQueueLimit | Should -Be 5
        (Get-Columns $socket)[0..3] | Should -Be 'Kind', 'State', 'RecvQ', 'SendQ'
    }

    It 'takes a process object from the pipeline' {
        (Get-Process -Id $PID | Get-SocketEntry -State Listen -LocalPort $port).LocalPort | Should -Be $port
    }

    It 'finds the listener that answers a probe' {
        (Test-SynPath 127.0.0.1 -Port $port -NoCapture | Get-SocketEntry).State | Should -Be 'Listen'
        (Test-SynPath 127.0.0.2 -Port $port -NoCapture | Get-SocketEntry)[0].State | Should -Be 'Absent'
    }

    It 'turns a refusal into the listener that is bound elsewhere' {
        $probe = Test-SynPath 127.0.0.2 -Port $port -NoCapture
        (& { $probe; $probe | Get-SocketEntry } | Resolve-PacketFailure)[0].FaultId | Should -Be 'ListenerBoundElsewhere'
    }

    It 'completes states and ports' {
        (TabExpansion2 'Get-SocketEntry -State Li').CompletionMatches.CompletionText | Should -Contain 'Listen'
        (TabExpansion2 "Get-SocketEntry -LocalPort $port").CompletionMatches.CompletionText | Should -Contain "$port"
    }

    It 'survives a file' {
        Get-SocketEntry -LocalPort $port -State Listen | Export-Clixml "$TestDrive/socket.xml"
        (Import-Clixml "$TestDrive/socket.xml").OwningProcess | Should -Be $PID
    }

    It 'names what is no address' {
        Get-SocketEntry -LocalAddress nonsense -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.TargetObject | Should -Be 'nonsense'
    }
}

Describe 'Connection tracking' {
    It 'tells how full the table is, or that nothing is tracked' {
        $stats = Get-ConntrackStats
        $stats | Should -BeOfType PacketPath.ConntrackStats
        $stats.IsAvailable -or $stats.NotObserved.Remedy | Should -BeTrue
        (Get-Columns $stats)[0..2] | Should -Be 'Time', 'Cpu', 'Entries'
    }

    It 'writes one object for each CPU and the total' {
        $all = @(Get-ConntrackStats -PerCpu)
        $all[-1].Cpu | Should -BeNullOrEmpty
        if ($all[-1].IsAvailable) { $all.Count | Should -BeGreaterThan 1 }
    }

    It 'takes as many samples as asked for' {
        $samples = @(Get-ConntrackStats -IntervalSeconds 0.1 -SampleCount 2)
        $samples.Count | Should -Be 2
        $samples[1].Delta | Should -Not -BeNullOrEmpty
    }

    It 'completes states and protocols' {
        (TabExpansion2 'Get-ConntrackEntry -State Est').CompletionMatches.CompletionText | Should -Contain 'Established'
        (TabExpansion2 'Get-ConntrackEntry -Protocol ud').CompletionMatches.CompletionText | Should -Contain 'Udp'
    }

    It 'names the text it cannot take' {
        Get-ConntrackEntry '10' -ErrorAction SilentlyContinue -ErrorVariable problem -WarningAction SilentlyContinue
        $problem.TargetObject | Should -Be '10'
    }
}

Describe 'Invoke-MtuProbe' {
    It 'measures loopback without any privilege' {
        $result = Invoke-MtuProbe 127.0.0.1 -Method Udp -NoCapture
        $result.Outcome | Should -Be 'Clear'
        $result.PathMtu | Should -Be 65535
        $result.RecommendedMssIPv4 | Should -Be 65495
    }

    It 'draws a ladder of sizes and the hops' {
        $text = Invoke-MtuProbe ::1 -Method Udp -NoCapture -MaximumMtu 1500 | Out-String -Width 100
        $text | Should -Match 'path MTU 1500: clear'
        $text | Should -Match '1500  \+  passed by Udp'
        $text | Should -Match '::1 .*target'
    }

    It 'gives a line each as a table' {
        $text = Invoke-MtuProbe 127.0.0.1, 127.0.0.2 -Method Udp -NoCapture | Format-Table | Out-String -Width 100
        ($text -split "`n" | Where-Object { $_ -match '65535' }).Count | Should -Be 2
    }

    It 'is evidence' {
        (Invoke-MtuProbe 127.0.0.1 -Method Udp -NoCapture | Resolve-PacketFailure -PrimaryOnly).FaultId | Should -Be 'NoFault'
    }

    It 'goes on after a target that makes no sense' {
        $result = Invoke-MtuProbe 10, 127.0.0.1 -Method Udp -NoCapture -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.TargetObject | Should -Be '10'
        $result.RemoteAddress | Should -Be '127.0.0.1'
    }
}

Describe 'Test-TlsServerName' {
    It 'says that a closed port is a matter of TCP' {
        $result = Test-TlsServerName 127.0.0.1 $closedPort -NoCapture
        $result.Handshakes.Count | Should -Be 0
        $result.TcpPath.Outcome | Should -Be 'Refused'
        ($result | Resolve-PacketFailure -PrimaryOnly).FaultId | Should -Be 'RemoteRefused'
    }

    It 'names silence, repeats it and compares it with a handshake without a name' {
        $result = Test-TlsServerName 127.0.0.1 $openPort -ServerName a.example -NoCapture -TimeoutSeconds 0.3
        $result.Handshakes.Outcome | Sort-Object -Unique | Should -Be 'TimedOut'
        $result.Handshakes.Count | Should -Be 3
        ($result | Resolve-PacketFailure -PrimaryOnly).FaultId | Should -Be 'TlsHandshakeStalled'
    }

    It 'draws handshakes in at most 100 columns, as a story and as tables' {
        $result = Test-TlsServerName 127.0.0.1 $openPort -ServerName ('a' * 60 + '.example') -NoCapture -TimeoutSeconds 0.2
        $text = ($result | Out-String -Width 200), ($result | Format-Table | Out-String -Width 100), ($result.Handshakes | Out-String -Width 100) -join "`n"
        $lines = $text -split "`n" -replace '\e\[[0-9;]*m'
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 100
        $text | Should -Match 'silence after ClientHello'
    }

    It 'completes application protocols' {
        (TabExpansion2 'Test-TlsServerName -Alpn h').CompletionMatches.CompletionText | Should -Contain 'h2'
    }

    It 'refuses what is no server name' {
        { Test-TlsServerName 127.0.0.1 -ServerName 'no name' } | Should -Throw -ErrorId 'ServerNameInvalid*'
    }
}

Describe 'Test-QuicPath' {
    It 'tells a closed UDP port beside an open TCP port, without any privilege' {
        $result = Test-QuicPath 127.0.0.1 -Port $openPort -NoCapture -TimeoutSeconds 1
        $result.QuicAnswered | Should -BeFalse
        $result.UdpOutcome | Should -Be 'PortUnreachable'
        $result.TcpOutcome | Should -Be 'Open'
        $result.Offender | Should -Be '127.0.0.1'
    }

    It 'shows a table of at most 100 columns' {
        $lines = (Test-QuicPath 127.0.0.1, ::1 -Port $openPort -NoCapture -TimeoutSeconds 1 | Out-String -Width 100) -split "`n" -replace '\e\[[0-9;]*m'
        ($lines | Where-Object { $_ -match 'PortUnreachable' }).Count | Should -Be 2
        $lines | ForEach-Object { $_.TrimEnd().Length | Should -BeLessOrEqual 100 }
    }

    It 'is evidence' {
        (Test-QuicPath ::1 -Port 9 -NoCapture -TimeoutSeconds 1 | Resolve-PacketFailure -PrimaryOnly).FaultId | Should -Be 'RemoteRefused'
    }

    It 'goes on after a target that makes no sense' {
        $result = Test-QuicPath 10, 127.0.0.1 -Port 9 -NoCapture -TimeoutSeconds 1 -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.TargetObject | Should -Be '10'
        $result.RemoteAddress | Should -Be '127.0.0.1'
    }

    It 'completes a server name with the target written' {
        $line = 'Test-QuicPath web.example.net -ServerName w'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain 'web.example.net'
    }
}

Describe 'Test-ProxyConnect' {
    BeforeAll {
        $kept = @{}
        foreach ($name in 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'no_proxy', 'NO_PROXY') {
            $kept[$name] = [Environment]::GetEnvironmentVariable($name)
            [Environment]::SetEnvironmentVariable($name, $null)
        }

        # A port that nobody listens on: bound, and never listening.
        $closed = [Net.Sockets.Socket]::new('InterNetwork', 'Stream', 'Tcp')
        $closed.Bind([Net.IPEndPoint]::new([Net.IPAddress]::Loopback, 0))
        $port = $closed.LocalEndPoint.Port
        # Listens, and never accepts.
        $mute = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $mute.Start()
    }

    AfterEach {
        foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $null) }
    }

    AfterAll {
        foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
        $closed.Dispose()
        $mute.Stop()
    }

    It 'takes the proxy of the environment and says which variable decided' {
        $env:https_proxy = "http://ops:correct-horse@127.0.0.1:$port"
        $result = Test-ProxyConnect example.com -NoCapture
        $result.ProxyVariable | Should -Be 'https_proxy'
        $result.ProxyUri | Should -Be "http://127.0.0.1:$port"
        $result.Outcome | Should -Be 'Unreachable'
        $result.TcpPath.Outcome | Should -Be 'Refused'
        $result | Format-List * | Out-String | Should -Not -Match 'correct-horse'
    }

    It 'honours no_proxy, and says which entry exempts the target' {
        $env:https_proxy = "http://127.0.0.1:$port"
        $env:no_proxy = 'localhost,.example.com'
        Test-ProxyConnect www.example.com -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ProxyNotUsed,*'
        "$problem" | Should -Match "no_proxy exempts it by '.example.com'"
        (Test-ProxyConnect www.example.com -Proxy "127.0.0.1:$port" -NoCapture).Outcome | Should -Be 'Unreachable'
    }

    It 'says what is missing where no proxy is named' {
        Test-ProxyConnect example.com -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'ProxyNotConfigured,*'
    }

    It 'completes -Proxy from the environment, without the password' {
        $env:all_proxy = "http://ops:correct-horse@127.0.0.1:$port"
        $line = 'Test-ProxyConnect example.com -Proxy '
        $found = (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText
        $found | Should -Be "'http://127.0.0.1:$port'"
    }

    It 'tells an application that says nothing, and gives a line of at most 100 columns' {
        $result = Test-ProxyConnect example.com -Proxy "127.0.0.1:$($mute.LocalEndpoint.Port)" -TimeoutSeconds 0.3 -NoCapture
        $result.Outcome | Should -Be 'Silent'
        $result.RequestAcknowledged | Should -BeTrue
        ($result | Resolve-PacketFailure -PrimaryOnly).FaultId | Should -Be 'ApplicationSilent'
        $text = $result | Out-String -Width 100
        $text | Should -Match 'example.com:443 .* Silent'
        ($text -split "`n" | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 100
    }

    It 'puts the fault below first, and what hangs on it beside it' {
        $faults = Test-ProxyConnect example.com -Proxy "127.0.0.1:$port" -NoCapture | Resolve-PacketFailure
        $faults.FaultId | Should -Be 'RemoteRefused', 'ProxyUnreachable'
    }
}

Describe 'Test-DnsTruncation' {
    BeforeAll {
        $closed = Test-DnsTruncation www.example 127.0.0.1 -ServerPort 9 -NoCapture
    }

    It 'asks at three sizes, and over TCP where nothing comes' {
        $closed.Outcome | Should -Be 'Unreachable'
        $closed.TcpPath.Outcome | Should -Be 'Refused'
        $closed.Exchanges | Where-Object Transport -eq 'Udp' | ForEach-Object BufferSize | Should -Be 512, 1232, 4096
    }

    It 'draws a line for every query' {
        $text = $closed | Out-String -Width 100
        $text | Should -Match 'www\.example\. A @127\.0\.0\.1:9  unreachable'
        $text | Should -Match '1232 +IcmpError'
        ($text -split "`n" | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 100
    }

    It 'is evidence' {
        ($closed | Resolve-PacketFailure -PrimaryOnly).FaultId | Should -Be 'NameServerUnreachable'
    }

    It 'takes an address for what it is' {
        Test-DnsTruncation 192.0.2.1 127.0.0.1 -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.TargetObject | Should -Be '192.0.2.1'
        (Test-DnsTruncation 192.0.2.1 127.0.0.1 -Type PTR -ServerPort 9 -NoCapture).Name | Should -Be '1.2.0.192.in-addr.arpa.'
    }
}

Describe 'Get-QueueStats' {
    It 'reads interfaces, processors and protocols without privilege' {
        $kinds = (Get-QueueStats -All).Kind | Sort-Object -Unique
        $kinds | Should -Contain 'Interface'
        $kinds | Should -Contain 'Softnet'
        $kinds | Should -Contain 'Protocol'
    }

    It 'says that the processors are of the whole host' {
        (Get-QueueStats -Kind Softnet -All).IsHostWide | Should -Not -Contain $false
    }

    It 'takes samples' {
        $samples = Get-QueueStats lo -Kind Interface -All -IntervalSeconds 0.1 -SampleCount 2
        $samples.Sample | Should -Be 1, 2
        $samples[1].DropsPerSecond | Should -BeGreaterOrEqual 0
    }

    It 'shows a table of at most 100 columns' {
        $lines = (Get-QueueStats -All | Out-String -Width 100) -split "`n" -replace '\e\[[0-9;]*m'
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 101
    }

    It 'is evidence beside a probe, live or saved' {
        $saved = Get-QueueStats -All
        $saved = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($saved, 5))
        { $saved | Resolve-PacketFailure -ErrorAction Stop } | Should -Not -Throw
    }
}

Describe 'Trace-PacketPath' {
    It 'traces an open port and finds no fault' {
        $trace = Trace-PacketPath 127.0.0.1 -Port $openPort
        $trace | Should -BeOfType PacketPath.PacketTrace
        $trace.Verdict.FaultId | Should -Be 'NoFault'
        $trace.Stages.Status | Select-Object -Unique | Should -Be 'Cleared'
    }

    It 'draws a picture, and a table of many' {
        $picture = Trace-PacketPath 127.0.0.1 -Port $openPort | Out-String -Width 100
        $picture | Should -Match 'policy rules'
        $picture | Should -Match 'How it is known'
        (Get-Columns (Trace-PacketPath 127.0.0.1 -Port $openPort, $closedPort | Format-Table))[0..2] | Should -Be 'Target', 'Fault', 'Layer'
    }

    It 'gives its verdict again after a file' {
        $file = Join-Path $TestDrive 'trace.xml'
        Trace-PacketPath 127.0.0.1 -Port $closedPort | Export-Clixml $file
        $saved = Import-Clixml $file
        ($saved | Resolve-PacketFailure -PrimaryOnly).Summary | Should -Be $saved.Verdict.Summary
        $saved | Out-String -Width 100 | Should -Match $saved.Verdict.FaultId
    }

    It 'writes the evidence itself with -PassThru' {
        Trace-PacketPath 127.0.0.1 -Port $openPort -PassThru | Should -BeOfType PacketPath.SynPathResult
    }

    It 'asks by datagram, and needs a port for it' {
        $socket = [Net.Sockets.UdpClient]::new([Net.IPEndPoint]::new([Net.IPAddress]::Loopback, 0))
        $port = $socket.Client.LocalEndPoint.Port
        $socket.Dispose()
        $trace = Trace-PacketPath 127.0.0.1 -Port $port -Protocol Udp
        $trace.Verdict.FaultId | Should -Be 'ListenerMissing'
        $trace.Protocol | Should -Be 'Udp'
        $trace | Out-String -Width 100 | Should -Match 'UDP port'
        { Trace-PacketPath 127.0.0.1 -Protocol Udp } | Should -Throw '*needs a port*'
        (TabExpansion2 'Trace-PacketPath 127.0.0.1 -Protocol ' -cursorColumn 37).CompletionMatches.CompletionText | Should -Be 'Quic', 'Tcp', 'Udp'
    }

    It 'traces a name at its addresses, and says how it resolved' {
        $trace = Trace-PacketPath localhost -Port $openPort -IPv4
        $trace.TargetName | Should -Be 'localhost'
        $trace.RemoteAddress | Should -Be '127.0.0.1'
        $trace.Stages[0].Observation | Should -Match '^localhost resolved to 127\.0\.0\.1 in '
        $trace | Out-String -Width 100 | Should -Match 'localhost \(127\.0\.0\.1:'
        Trace-PacketPath localhost -Port $openPort -IPv4 -PassThru | Where-Object { $_ -is [PacketPath.NameLookupResult] } | Out-String -Width 100 | Should -Match 'Servers asked'
        { Trace-PacketPath 127.0.0.1 -QueryName 'a..b' } | Should -Throw
        (TabExpansion2 'Trace-PacketPath 127.0.0.1 -QueryType TX' -cursorColumn 40).CompletionMatches.CompletionText | Should -Contain 'TXT'
    }

    It 'names the text that is no target, and goes on' {
        $traces = Trace-PacketPath '10', '127.0.0.1' -Port $openPort -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.TargetObject | Should -Be '10'
        @($traces).Count | Should -Be 1
    }
}

Describe 'Test-SynPath' {
    It 'finds an open port' {
        $result = Test-SynPath 127.0.0.1 -Port $openPort
        $result.Outcome | Should -Be 'Open'
        $result.RemotePort | Should -Be $openPort
        $result.RttMilliseconds | Should -BeGreaterThan 0
    }

    It 'finds a closed port' {
        (Test-SynPath 127.0.0.1 -Port $closedPort).Outcome | Should -Be 'Refused'
    }

    It 'takes the aliases of Test-NetConnection' {
        (Test-SynPath -ComputerName 127.0.0.1 -Port $openPort).Outcome | Should -Be 'Open'
        (Test-SynPath -RemoteAddress 127.0.0.1 -RemotePort $openPort).Outcome | Should -Be 'Open'
    }

    It 'takes the objects of another cmdlet' {
        ([pscustomobject]@{ RemoteAddress = '127.0.0.1'; RemotePort = $openPort } | Test-SynPath).Outcome | Should -Be 'Open'
    }

    It 'names the port that is none' {
        Test-SynPath 127.0.0.1 -Port 70000 -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -BeLike 'PortOutOfRange*'
    }
}

Describe 'Watch-PacketCapture' {
    It 'names a filter that libpcap does not understand' {
        Watch-PacketCapture 'tcp prt 80' -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].TargetObject | Should -Be 'tcp prt 80'
        $problem[0].ErrorDetails.RecommendedAction | Should -Match 'pcap-filter'
    }

    It 'names a file that is not there, and reads the rest' {
        Watch-PacketCapture -ReadPath "$TestDrive/nothing.pcap" -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].CategoryInfo.Category | Should -Be ObjectNotFound
    }
}

Describe 'Compare-PacketCapture' {
    BeforeAll {
        function New-Packet($Point, $Milliseconds, $Ttl, $Flags, $From, $To) {
            [PacketPath.PacketRecord]@{
                ComputerName = 'host'; NetNamespace = $Point; InterfaceAlias = 'eth0'; Network = 'IPv4'; Protocol = 'Tcp'
                TimestampNanoseconds = 1767323045000000000 + $Milliseconds * 1000000; SourceAddress = $From; SourcePort = 40000
                DestinationAddress = $To; DestinationPort = 443; TcpFlags = $Flags; SequenceNumber = 7; Ttl = $Ttl; Identification = 5
            }
        }
        $sent = New-Packet client 0 64 SYN 10.0.0.5 203.0.113.10
        $arrived = New-Packet server 3 63 SYN 203.0.113.1 203.0.113.10
    }

    It 'finds a flow again behind address translation' {
        $flow = $sent, $arrived | Compare-PacketCapture
        $flow.Outcome | Should -Be 'Unanswered'
        $flow.Crossings.MedianDelayMilliseconds | Should -Be 3
        "$($flow.Crossings.Rewrites)" | Should -Match 'SourceAddress 10.0.0.5 > 203.0.113.1'
    }

    It 'compares two collections as Compare-Object does, also saved ones' {
        $file = Join-Path $TestDrive 'packets.xml'
        $sent | Export-Clixml $file
        (Compare-PacketCapture (Import-Clixml $file) $arrived).Points.Name | Should -Be 'client:eth0', 'server:eth0'
    }

    It 'needs two points' {
        $sent | Compare-PacketCapture -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem.FullyQualifiedErrorId | Should -BeLike 'TooFewPoints*'
    }
}

Describe 'Resolve-PacketFailure' {
    It 'gives one primary verdict for each target' {
        $verdicts = Test-SynPath 127.0.0.1 -Port $openPort, $closedPort | Resolve-PacketFailure | Where-Object IsPrimary
        $verdicts.FaultId | Should -Be 'NoFault', 'RemoteRefused'
    }

    It 'gives the same verdict from a file' {
        $file = Join-Path $TestDrive 'evidence.xml'
        $evidence = Test-SynPath 127.0.0.1 -Port $closedPort
        $evidence | Export-Clixml $file
        $now = $evidence | Resolve-PacketFailure -PrimaryOnly
        $later = Import-Clixml $file | Resolve-PacketFailure -PrimaryOnly
        $later.FaultId | Should -Be $now.FaultId
        $later.Confidence | Should -Be $now.Confidence
        $later.Summary | Should -Be $now.Summary
    }

    It 'gives the same verdict from a job' {
        $job = Start-Job { param($Manifest, $Port) Import-Module $Manifest; Test-SynPath 127.0.0.1 -Port $Port } -ArgumentList (Join-Path $root 'PacketPath.psd1'), $closedPort
        ($job | Receive-Job -Wait -AutoRemoveJob | Resolve-PacketFailure -PrimaryOnly).FaultId | Should -Be 'RemoteRefused'
    }

    It 'shows its proof and what it does not prove' {
        $text = Test-SynPath 127.0.0.1 -Port $closedPort | Resolve-PacketFailure -PrimaryOnly | Out-String
        $text | Should -Match 'RemoteRefused'
        $text | Should -Match 'How it is known'
        $text | Should -Match 'Does not prove'
    }

    It 'says what it cannot weigh' {
        Get-Date | Resolve-PacketFailure -ErrorAction SilentlyContinue -ErrorVariable problem
        "$problem" | Should -Match 'System\.DateTime'
    }
}

Describe 'ConvertTo-PacketReport' {
    It 'writes a page that names the verdict and needs nothing else' {
        $page = Test-SynPath 127.0.0.1 -Port $closedPort | ConvertTo-PacketReport -Title 'Closed <port>'
        $page | Should -BeOfType string
        $page.Contains('RemoteRefused') | Should -BeTrue
        $page.Contains('<title>Closed &lt;port&gt;</title>') | Should -BeTrue
        $page -match '<script|src=|https?://' | Should -BeFalse
    }

    It 'writes a file and hands it on' {
        $file = Test-SynPath 127.0.0.1 -Port $openPort, $closedPort | Resolve-PacketFailure | ConvertTo-PacketReport -Path "$TestDrive/page.html" -PassThru
        $file | Should -BeOfType IO.FileInfo
        (Get-Content -Raw $file).Contains('2 packet paths, 1 broken') | Should -BeTrue
    }

    It 'takes saved evidence' {
        Test-SynPath 127.0.0.1 -Port $closedPort | Export-Clixml "$TestDrive/report.xml"
        (Import-Clixml "$TestDrive/report.xml" | ConvertTo-PacketReport).Contains('RemoteRefused') | Should -BeTrue
    }

    It 'says what has no place in a report' {
        Get-Date | ConvertTo-PacketReport -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem.FullyQualifiedErrorId | Should -BeLike 'NotReportable*'
    }
}

Describe 'Objects' {
    It 'are readable as JSON' {
        $json = Test-SynPath 127.0.0.1 -Port $closedPort | ConvertTo-Json -Depth 6 -EnumsAsStrings | ConvertFrom-Json
        $json.Outcome | Should -Be 'Refused'
        $json.RemoteAddress | Should -Be '127.0.0.1'
        $json.Route.InterfaceAlias | Should -Be 'lo'
        $json.Interface.Addresses.Count | Should -BeGreaterThan 0
    }
}

Describe 'A trace as JSON' {
    BeforeAll {
        $json = Trace-PacketPath 127.0.0.1 -Port $closedPort | ConvertTo-Json -Depth 6 -EnumsAsStrings
        $trace = $json | ConvertFrom-Json
    }

    It 'is readable' {
        $trace.Verdict.FaultId | Should -Be 'ListenerMissing'
        $trace.Verdict.RuledOut.Layer | Should -Contain 'RouteLookup'
        ($trace.Stages | Where-Object Status -EQ Fault).Layer | Should -Be 'SocketQueue'
        ($trace.Evidence | Where-Object Outcome -EQ Refused).Route.InterfaceAlias | Should -Be 'lo'
    }

    It 'has the properties of its schema' {
        $schema = Get-Content -Raw (Join-Path $root 'docs/trace.schema.json') | ConvertFrom-Json
        $trace.psobject.Properties.Name | Sort-Object | Should -Be ($schema.required | Sort-Object)
        $trace.Verdict.psobject.Properties.Name | Sort-Object | Should -Be ($schema.'$defs'.verdict.required | Sort-Object)
        $trace.Stages[0].psobject.Properties.Name | Sort-Object | Should -Be ($schema.'$defs'.stage.required | Sort-Object)
    }

    It 'fits its schema' {
        if (-not (Get-Command Test-Json -ErrorAction Ignore)) { Set-ItResult -Skipped -Because 'this PowerShell has no Test-Json'; return }
        $json | Test-Json -SchemaFile (Join-Path $root 'docs/trace.schema.json') | Should -BeTrue
    }

    It 'gives its verdict again' {
        ($trace | Resolve-PacketFailure -PrimaryOnly).FaultId | Should -Be 'ListenerMissing'
    }

    It 'is whole at a depth of 6: <Name>' -ForEach @(
        @{ Name = 'a healthy path'; Fault = 'NoFault'; Trace = { Trace-PacketPath 127.0.0.1 -Port $openPort } }
        @{ Name = 'a fault'; Fault = 'ListenerMissing'; Trace = { Trace-PacketPath 127.0.0.1 -Port $closedPort } }
        @{ Name = 'this host as a server'; Fault = 'NoFault'; Trace = { Trace-PacketPath -Listening 127.0.0.1 -Port $openPort -From 127.0.0.1 } }
        @{ Name = 'TLS beside'; Fault = 'TlsHandshakeStalled'; Trace = { Trace-PacketPath 127.0.0.1 -Port $openPort -ServerName a.example -TimeoutSeconds 0.5 } }
    ) {
        $whole = & $Trace
        $whole.Verdict.FaultId | Should -Be $Fault
        $text = $whole | ConvertTo-Json -Depth 6 -WarningVariable cut -WarningAction SilentlyContinue
        $cut | Should -BeNullOrEmpty
        ($text | ConvertFrom-Json | Resolve-PacketFailure -PrimaryOnly).Summary | Should -Be $whole.Verdict.Summary
        $text.Length | Should -BeLessThan 100kb
    }
}

Describe 'Labs' {
    It 'are listed with what they teach' {
        $labs = Get-PacketLab
        $labs.Count | Should -BeGreaterThan 20
        ($labs | Where-Object Name -EQ SynDrop).Teaches | Should -Not -BeNullOrEmpty
    }

    It 'answer the questions of the study cards' {
        $cards = Get-PacketLab -StudyCard
        $cards.Count | Should -BeGreaterThan 40
        $cards.Lab | Sort-Object -Unique | Should -BeIn (Get-PacketLab).Name
        ($cards | Select-Object -First 1 | Out-String) | Should -Match 'Invoke-PacketLab \S+ -ShowOutput'
        ($cards | Select-Object -First 1 | Get-PacketLab).Name | Should -Be $cards[0].Lab
    }

    It 'that do not exist are an error that names them' {
        Get-PacketLab NoSuchLab -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.TargetObject | Should -Be 'NoSuchLab'
    }
}
