import AccountsService
import BusService
import CatalogService
import DeliveryService
import EncoderService
import EncodingService
import Gateway
import PlaybackService
import RecommendationsService
import ServerKit

/// The services of the stack, one line each; `matinee all` starts them in this order and stops them in reverse.
let roster: [any ServiceModule.Type] = [
  BusModule.self,
  AccountsModule.self,
  CatalogModule.self,
  EncodingModule.self,
  PlaybackModule.self,
  RecommendationsModule.self,
  DeliveryModule.self,
  EncoderModule.self,
  GatewayModule.self,
]
