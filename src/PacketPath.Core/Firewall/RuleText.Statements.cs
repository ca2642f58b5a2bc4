using System.Globalization;
using System.Text;
using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <content>Statements: what is done with the packet.</content>
internal sealed partial class RuleText
{
    private static readonly string[] LogLevels = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug", "audit"];

    private void AddStatement(NftExpression expression)
    {
        switch (expression)
        {
            case CounterExpression counter:
                _counter ??= counter;
                _statements.Add(StatefulText.Write(counter));
                break;
            case LogExpression log:
                _statements.Add(Log(log));
                break;
            case RejectExpression reject:
                Reject(reject);
                break;
            case NatExpression nat:
                Nat(nat);
                break;
            case NoTrackExpression:
                _statements.Add("notrack");
                break;
            case QueueExpression queue:
                _verdict = "queue";
                _statements.Add(Queue(queue));
                break;
            case CopyExpression copy:
                Copy(copy);
                break;
            case ObjectReferenceExpression reference:
                ObjectReference(reference);
                break;
            case DynamicSetExpression dynamic:
                DynamicSet(dynamic);
                break;
            case SynProxyExpression proxy:
                _statements.Add(SynProxy(proxy));
                break;
            case FlowOffloadExpression offload:
                _statements.Add($"flow add @{offload.Flowtable}");
                break;
            case XtExpression xt:
                Xt(xt);
                break;
            case UnknownExpression unknown:
                _statements.Add(StatefulText.Unknown(unknown));
                break;
            default:
                _statements.Add(StatefulText.Write(expression));
                break;
        }
    }

    private static string Log(LogExpression log)
    {
        var text = new StringBuilder("log");
        if (log.Prefix is { Length: > 0 } prefix)
        {
            text.Append(" prefix \"").Append(prefix).Append('"');
        }

        if (log.Group is { } group)
        {
            text.Append(CultureInfo.InvariantCulture, $" group {group}");
            if (log.SnapLength != 0)
            {
                text.Append(CultureInfo.InvariantCulture, $" snaplen {log.SnapLength}");
            }

            if (log.QueueThreshold != 0)
            {
                text.Append(CultureInfo.InvariantCulture, $" queue-threshold {log.QueueThreshold}");
            }

            return text.ToString();
        }

        const uint usual = 4;
        if (log.Level is { } level && level != usual)
        {
            text.Append(" level ").Append(level < LogLevels.Length ? LogLevels[level] : level);
        }

        if ((log.Flags & LogFlag.All) == LogFlag.All)
        {
            return text.Append(" flags all").ToString();
        }

        if ((log.Flags & (LogFlag.TcpSequence | LogFlag.TcpOptions)) != 0)
        {
            var both = log.Flags.HasFlag(LogFlag.TcpSequence | LogFlag.TcpOptions);
            text.Append(" flags tcp ").Append(both ? "sequence,options" : log.Flags.HasFlag(LogFlag.TcpSequence) ? "sequence" : "options");
        }

        text.Append(log.Flags.HasFlag(LogFlag.IpOptions) ? " flags ip options" : "");
        text.Append(log.Flags.HasFlag(LogFlag.Uid) ? " flags skuid" : "");
        text.Append(log.Flags.HasFlag(LogFlag.MacDecode) ? " flags ether" : "");
        return text.ToString();
    }

    private void Reject(RejectExpression reject)
    {
        _verdict = "reject";
        var isAnyFamily = _family is NftFamily.Inet or NftFamily.Bridge or NftFamily.Netdev;
        var isIPv6 = isAnyFamily ? ReferenceEquals(_protocols.Network, HeaderTemplates.IPv6) : _family == NftFamily.IPv6;
        if (isAnyFamily && reject.Kind == RejectType.Icmp)
        {
            _dependencies.Release(PayloadBase.Network);
        }
        else if (!isAnyFamily && reject.Kind == RejectType.TcpReset)
        {
            _dependencies.Release(PayloadBase.Transport);
        }

        const byte icmpPort = 3;
        const byte icmpv6Port = 4;
        const byte icmpxPort = 1;
        _statements.Add(reject.Kind switch
        {
            RejectType.TcpReset => "reject with tcp reset",
            RejectType.IcmpX when reject.Code == icmpxPort => "reject",
            RejectType.IcmpX => "reject with icmpx " + Code(NftType.IcmpxCode),
            _ when !isAnyFamily && reject.Code == (isIPv6 ? icmpv6Port : icmpPort) => "reject",
            _ => isIPv6 ? "reject with icmpv6 " + Code(NftType.Icmpv6Code) : "reject with icmp " + Code(NftType.IcmpCode),
        });

        string Code(NftType type)
        {
            var text = new StringBuilder();
            type.Write(text, [reject.Code], _names);
            return text.ToString();
        }
    }

    private string Queue(QueueExpression queue)
    {
        var flags = (queue.Flags & 3) switch { 1 => " flags bypass", 2 => " flags fanout", 3 => " flags bypass,fanout", _ => "" };
        var to = queue.Source is { } source ? Get(source, 2).Text
            : queue.Total > 1 ? string.Create(CultureInfo.InvariantCulture, $"{queue.Number}-{queue.Number + queue.Total - 1}")
            : queue.Number.ToString(CultureInfo.InvariantCulture);
        return $"queue{flags} to {to}";
    }

    private void Copy(CopyExpression copy)
    {
        var text = new StringBuilder(copy.Name);
        var device = copy.Device is { } deviceRegister ? Words(Get(deviceRegister, 4), KeyNames.Meta(MetaKey.Oif)) : null;
        if (copy.Address is { } register)
        {
            var isIPv6 = (copy.Family ?? _family) == NftFamily.IPv6;
            if (copy.Name == "fwd")
            {
                text.Append(isIPv6 ? " ip6" : " ip");
            }

            text.Append(" to ").Append(Words(Get(register, isIPv6 ? 16 : 4), Address(isIPv6)));
            text.Append(device is null ? "" : " device " + device);
        }
        else if (device is not null)
        {
            text.Append(" to ").Append(device);
        }

        _statements.Add(text.ToString());
    }

    private static NamedTerm Address(bool isIPv6) => new("", isIPv6 ? NftType.IPv6 : NftType.IPv4, isIPv6 ? 16 : 4, false);

    private void ObjectReference(ObjectReferenceExpression reference)
    {
        var word = reference.ObjectType switch
        {
            NftObjectType.Counter => "counter name",
            NftObjectType.Quota => "quota name",
            NftObjectType.Limit => "limit name",
            NftObjectType.ConnectionLimit => "ct count name",
            NftObjectType.ConntrackHelper => "ct helper set",
            NftObjectType.ConntrackTimeout => "ct timeout set",
            NftObjectType.ConntrackExpectation => "ct expectation set",
            NftObjectType.SecMark => "meta secmark set",
            NftObjectType.SynProxy => "synproxy name",
            _ => "object name",
        };
        if (reference.ObjectName is { } name)
        {
            _objects.Add(name);
            _statements.Add($"{word} \"{name}\"");
            return;
        }

        var set = _table.Set(reference.Set ?? "");
        var term = Get(reference.Source ?? 0, set?.Message.KeyLength ?? 1);
        _dependencies.Use(term);
        word = set is null ? word : ((NftObjectType)set.Message.ObjectType) switch
        {
            NftObjectType.Counter => "counter name",
            NftObjectType.Quota => "quota name",
            NftObjectType.Limit => "limit name",
            NftObjectType.ConntrackHelper => "ct helper set",
            NftObjectType.ConntrackTimeout => "ct timeout set",
            NftObjectType.SecMark => "meta secmark set",
            NftObjectType.SynProxy => "synproxy name",
            _ => word,
        };
        _statements.Add($"{word} {term.Text} map {Reference(reference.Set ?? "", set, term)}");
    }

    private void DynamicSet(DynamicSetExpression dynamic)
    {
        var set = _table.Set(dynamic.Set);
        var term = Get(dynamic.Key, set?.Message.KeyLength ?? 1);
        _dependencies.Use(term);
        var text = new StringBuilder(dynamic.Operation switch
        {
            DynamicSetOperation.Add => "add ",
            DynamicSetOperation.Update => "update ",
            _ => "delete ",
        });
        text.Append(Reference(dynamic.Set, set, null)).Append(" { ").Append(term.Text);
        if (dynamic.TimeoutMilliseconds != 0)
        {
            text.Append(" timeout ");
            NftTime.WriteDuration(text, dynamic.TimeoutMilliseconds);
        }

        foreach (var expression in dynamic.ExpressionList.Length > 0 ? dynamic.ExpressionList : dynamic.Expressions)
        {
            text.Append(' ').Append(StatefulText.WriteFresh(expression));
        }

        if (dynamic.Data is { } data)
        {
            var types = set is null ? [NftType.Raw] : NftType.Parts(set.Message.DataType);
            var value = Get(data, set?.Message.DataLength ?? 4);
            text.Append(" : ").Append(value is ConstantTerm constant ? _values.Value(types, constant.Value) : value.Text);
        }

        _statements.Add(text.Append(" }").ToString());
    }

    private static string SynProxy(SynProxyExpression proxy)
    {
        var text = new StringBuilder("synproxy");
        text.Append((proxy.Flags & 1) != 0 ? string.Create(CultureInfo.InvariantCulture, $" mss {proxy.Mss}") : "");
        text.Append((proxy.Flags & 2) != 0 ? string.Create(CultureInfo.InvariantCulture, $" wscale {proxy.WindowScale}") : "");
        text.Append((proxy.Flags & 8) != 0 ? " timestamp" : "");
        text.Append((proxy.Flags & 4) != 0 ? " sack-perm" : "");
        return text.ToString();
    }

    private void Xt(XtExpression xt)
    {
        var reading = XtText.Read(xt, _family == NftFamily.IPv6);
        _verdict = reading.Verdict ?? _verdict;
        _comment ??= reading.Comment;
        if (reading.IsDecoded && xt is { Name: "match", Extension: "tcp" or "udp" or "icmp" or "icmp6" })
        {
            _dependencies.Release(PayloadBase.Transport);
        }

        _statements.Add(reading.Text);
    }
}
